/** What anybody may fetch: health, the API's description, CA certificates, answers to ACME challenges. */
import { Problem } from "#base/problem.ts";
import { findById } from "#features/issuers/authority-queries.ts";
import { findAnswer } from "#features/issuers/queries.ts";
import type { World } from "#jobs/world.ts";
import { problemResponse } from "./problem-response.ts";
import type { App } from "./shell.ts";

/** Liveness and readiness. Ready means: the database answers and the process is not stopping. */
export function mountHealth(world: World, isStopping: () => boolean): (app: App) => void {
  return (app) => {
    app.get("/health", () => Response.json({ status: "healthy" }));
    app.get("/ready", async () => {
      if (isStopping()) return Response.json({ status: "stopping" }, { status: 503 });
      try {
        await world.database.reader.selectFrom("settings").select("name").limit(1).execute();
        return Response.json({ status: "ready", db: "reachable" });
      } catch (error) {
        world.log.error({ err: error }, "the database does not answer");
        return Response.json({ status: "db_unavailable" }, { status: 503 });
      }
    });
  };
}

/** CA certificates for AIA (RFC 5280 section 4.2.2.1: DER over plain HTTP) and http-01 answers. */
export function mountPublic(world: World): (app: App) => void {
  return (app) => {
    app.get("/.well-known/pki/ca/:id", async (c) => {
      const row = await findById(world.database.reader, c.req.param("id"));
      if (!row) {
        const problem = new Problem("not-found", "there is no such authority");
        return problemResponse(problem, c.get("requestId"), world.log);
      }
      return new Response(Buffer.from(row.certificate), {
        headers: {
          "content-type": "application/pkix-cert",
          "cache-control": "public, max-age=86400",
          etag: `"${Buffer.from(row.fingerprint).toString("hex").slice(0, 32)}"`,
        },
      });
    });
    app.get("/.well-known/acme-challenge/:token", async (c) => {
      const answer = await findAnswer(
        world.database.reader,
        c.req.param("token"),
        world.clock.now(),
      );
      if (answer === undefined) return new Response("unknown token\n", { status: 404 });
      return new Response(answer, { headers: { "content-type": "application/octet-stream" } });
    });
  };
}

/** Everything else on the plain door belongs to HTTPS. */
export function mountRedirect(https: string): (app: App) => void {
  return (app) => {
    app.all("*", (c) => {
      const url = new URL(c.req.url);
      return c.redirect(`${https}${url.pathname}${url.search}`, 308);
    });
  };
}
