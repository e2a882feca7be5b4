/** Teams. */
import { crudOperations } from "../crud-handlers.ts";
import { teamsApi } from "./api.ts";
import * as queries from "./queries.ts";

export const teamOperations = crudOperations(teamsApi, {
  what: "team",
  kind: "team",
  defaultSort: "name",
  find: (db, id) => queries.findTeam(db, id),
  fieldsOf: (row) => ({ name: row.name, description: row.description }),
  viewOf: queries.teamView,
  resolve: async (_, fields: { name: string; description: string }) => fields,
  insert: queries.insertTeam,
  update: queries.updateTeam,
  remove: (db, row) => queries.deleteRow(db, "teams", row.pk),
  list: (db, window) => queries.listTeams(db, window),
});
