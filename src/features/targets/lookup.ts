/** What later features may read of targets. */
export { configOf, findTargetByPk, saveTest } from "./queries.ts";
