/** Teams and owners. */
import type { Feature } from "../handler.ts";
import { ownerOperations } from "./owners.ts";
import { teamOperations } from "./teams.ts";
import { teamUsageOperations } from "./usage.ts";

export const ownership: Feature = {
  name: "ownership",
  operations: [...teamOperations, ...ownerOperations, ...teamUsageOperations],
};
