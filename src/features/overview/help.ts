/** Which operations help, of those that the caller may run. */
import type { Contract } from "#base/contract.ts";
import { certificatesApi } from "../certificates/api.ts";
import { type Context, scopeOf } from "../context.ts";
import { deploymentsApi } from "../deployments/api.ts";
import { issuerActionsApi } from "../issuers/api.ts";
import { workApi } from "../work/api.ts";
import type { Help } from "./attention.ts";

const helping: readonly Contract[] = [
  certificatesApi.renew,
  certificatesApi.bulkRenew,
  deploymentsApi.deploy,
  deploymentsApi.validate,
  issuerActionsApi.test,
  workApi.retry,
  workApi.cancel,
  workApi.approve,
  workApi.reject,
  workApi.runSchedule,
];

/** The operation with its input when the caller may run it, else nothing. */
export type Helper = (operation: string, input: Readonly<Record<string, unknown>>) => Help[];

/** Subjects are of teams the caller sees; whether an operation covers each of those is looked at when it is run. */
export function helperOf(ctx: Context): Helper {
  const may = new Set(
    helping
      .filter(({ permission, scope }) => {
        if (permission === "public" || permission === "self" || permission === "agent") return true;
        const granted = scopeOf(ctx.actor, permission);
        return scope === "team" ? granted !== undefined : granted === "all";
      })
      .map((it) => it.name as string),
  );
  return (operation, input) => (may.has(operation) ? [{ operation, input: { ...input } }] : []);
}
