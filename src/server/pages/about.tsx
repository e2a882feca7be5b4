/** What is running and what is inside of it. The version is public anyway (`system.version`), and licences are for everybody. */
/** @jsxImportSource hono/jsx */
import { overviewApi } from "#features/overview/api.ts";
import { AboutPage } from "#views/about.tsx";
import type { Licence } from "#views/licence.ts";
import licencesFile from "../../../docs/reference/licences.ndjson" with { type: "file" };
import type { Page, Shown, Visit } from "./page.ts";

/** Read at each visit: nobody looks often, and seventy kilobytes need not stay. */
async function loadLicences(): Promise<readonly Licence[]> {
  const text = await Bun.file(licencesFile).text();
  // Written by docs/pages/licences.ts, which has the type; a line is an object.
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Licence]));
}

async function about(visit: Visit): Promise<Shown> {
  const query = (visit.query.get("q") ?? "").trim().slice(0, 100);
  const [version, all] = await Promise.all([visit.read(overviewApi.version), loadLicences()]);
  const wanted = query.toLowerCase();
  const licences = all.filter(
    (it) => it.name.toLowerCase().includes(wanted) || it.licence.toLowerCase().includes(wanted),
  );
  const body = <AboutPage {...{ version, licences, query }} total={all.length} />;
  return { title: "About", body };
}

export const aboutPages: readonly Page[] = [{ path: "/about", isPublic: true, load: about }];
