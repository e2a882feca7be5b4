/** What later features may read of targets. */
export { configOf, findTarget, findTargetByPk, saveTest } from "./queries.ts";
