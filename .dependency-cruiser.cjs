// The dependency rule (docs/architecture.md). Each zone may import itself and what its row names; features in order.
const features = [
  "settings",
  "access",
  "audit",
  "approvals",
  "bulk",
  "ownership",
  "profiles",
  "policies",
  "issuers",
  "agents",
  "targets",
  "certificates",
  "deployments",
  "work",
  "overview",
  "search",
  "saved-views",
];
const zones = {
  "src/base": [],
  "src/pki": ["src/base"],
  "src/connectors": ["src/base", "src/pki"],
  "src/db": ["src/base", "migrations"],
  "src/jobs": ["src/base", "src/db"],
  "src/features": ["src/base", "src/pki", "src/connectors", "src/db", "src/jobs"],
  "src/protocols": ["src/base", "src/pki", "src/db", "src/jobs", "src/features"],
  "src/server": [
    "src/base",
    "src/pki",
    "src/connectors",
    "src/jobs",
    "src/features",
    "src/protocols",
    "views",
  ],
  views: ["src/base", "src/pki", "src/connectors", "src/features"],
  agent: ["src/base", "src/pki", "src/connectors", "src/features"],
  migrations: [],
};
const tests = "[.]test[.]tsx?$";
// The documentation is part of the product: its files are embedded, as they are.
const prose = "^docs/.*[.](md|ndjson)$";
// Packages with one doorway: who may import them.
const packages = {
  kysely: "^src/(db|jobs|features|commands/bench)/|^migrations/",
  postgres: "^src/db/",
  hono: "^src/(server|protocols)/|^views/",
  "@hono/node-server": "^src/server/",
  marked: "^src/server/docs/|^views/docs/",
  "prom-client": "^src/server/",
  pino: "^src/server/",
  "smol-toml": "^src/config",
};
const literal = (name) => name.replaceAll(".", "[.]");
module.exports = {
  forbidden: [
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^bun" },
    },
    ...Object.entries(zones).map(([zone, allowed]) => ({
      name: `${zone} imports only what it may`,
      severity: "error",
      from: { path: `^${zone}/`, pathNot: tests },
      to: {
        path: "^(src|views|agent|migrations|test|appliance|docs)/",
        pathNot: [...[zone, ...allowed].map((it) => `^${it}/`), prose],
      },
    })),
    ...features.map((feature, index) => ({
      name: `${feature} imports only earlier features`,
      severity: "error",
      from: { path: `^src/features/${feature}/`, pathNot: tests },
      to: { path: `^src/features/(${features.slice(index + 1).join("|") || "-"})/` },
    })),
    {
      name: "queries are private to their feature",
      severity: "error",
      from: { path: "^src/features/([^/]+)/", pathNot: tests },
      to: { path: "^src/features/[^/]+/queries[.]ts$", pathNot: "^src/features/$1/" },
    },
    {
      name: "views never reach the database",
      severity: "error",
      from: { path: "^views/", pathNot: tests },
      to: { path: "^src/db/", reachable: true },
    },
    {
      name: "the agent never reaches the database or the server",
      severity: "error",
      from: { path: "^agent/", pathNot: tests },
      to: { path: "^src/(db|server)/|node_modules/(kysely|postgres|hono)/", reachable: true },
    },
    {
      name: "nobody imports tests, docs or the appliance",
      severity: "error",
      from: { path: "^(src|views|agent|migrations)/", pathNot: tests },
      to: { path: "^(test|docs|appliance)/", pathNot: prose },
    },
    ...Object.entries(packages).map(([name, from]) => ({
      name: `${name} has one doorway`,
      severity: "error",
      from: { pathNot: `${from}|^test/|^node_modules|${tests}` },
      to: { path: `node_modules/${literal(name)}/` },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["bun", "import", "types", "default"],
    },
  },
};
