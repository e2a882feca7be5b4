/** Every migration, in order. A compiled executable has no folder to read, so the list is static. */
import { initial } from "./0001-initial.ts";
import { bulk } from "./0002-bulk.ts";
import { namesInByteOrder } from "./0003-names-in-byte-order.ts";
import { personBehindAKey } from "./0004-person-behind-a-key.ts";
import { deploymentsInPlace } from "./0005-deployments-in-place.ts";
import { namesOfRetiredAgents } from "./0006-names-of-retired-agents.ts";
import { numbers } from "./0007-numbers.ts";
import { savedViews } from "./0008-saved-views.ts";
import { usersOfRules } from "./0009-users-of-rules.ts";
import type { Migration } from "./dialect.ts";

export const migrations: readonly Migration[] = [
  initial,
  bulk,
  namesInByteOrder,
  personBehindAKey,
  deploymentsInPlace,
  namesOfRetiredAgents,
  numbers,
  savedViews,
  usersOfRules,
];
