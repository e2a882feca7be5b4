/** The built-in CA's configuration. */
import { z } from "zod";
import type { IssuerKind } from "./issuer.ts";

export const localKind = {
  kind: "GenericCA",
  aliases: ["local", "local_ca", "localca"],
  title: "Built-in CA",
  signs: true,
  // Signing takes the one thread of the server: more at a time would end no sooner.
  concurrency: 8,
  config: z.strictObject({
    ca_common_name: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ title: "Name of the CA", description: "Used when its first authority is made" }),
    validity_days: z
      .int()
      .min(1)
      .max(3_650)
      .default(90)
      .meta({ title: "Validity of certificates (days)" }),
  }),
} as const satisfies IssuerKind;
