/** The pages of the documentation and their order. Each is a file of the repository inside the executable, read when somebody asks. */

import type { Group } from "#views/docs/manual.ts";
import changelog from "../../../CHANGELOG.md" with { type: "file" };
import divergences from "../../../docs/divergences.md" with { type: "file" };
import agents from "../../../docs/guide/agents.md" with { type: "file" };
import api from "../../../docs/guide/api.md" with { type: "file" };
import bulk from "../../../docs/guide/bulk.md" with { type: "file" };
import concepts from "../../../docs/guide/concepts.md" with { type: "file" };
import gettingStarted from "../../../docs/guide/getting-started.md" with { type: "file" };
import install from "../../../docs/guide/install.md" with { type: "file" };
import keyboard from "../../../docs/guide/keyboard.md" with { type: "file" };
import operating from "../../../docs/guide/operating.md" with { type: "file" };
import renewal from "../../../docs/guide/renewal.md" with { type: "file" };
import security from "../../../docs/guide/security.md" with { type: "file" };
import targets from "../../../docs/guide/targets.md" with { type: "file" };
import troubleshooting from "../../../docs/guide/troubleshooting.md" with { type: "file" };
import cli from "../../../docs/reference/cli.md" with { type: "file" };
import connectors from "../../../docs/reference/connectors.md" with { type: "file" };
import events from "../../../docs/reference/events.md" with { type: "file" };
import jobs from "../../../docs/reference/jobs.md" with { type: "file" };
import operations from "../../../docs/reference/operations.md" with { type: "file" };
import permissions from "../../../docs/reference/permissions.md" with { type: "file" };
import problems from "../../../docs/reference/problems.md" with { type: "file" };
import settings from "../../../docs/reference/settings.md" with { type: "file" };

export interface Source {
  /** The last segment of its address: /docs/ID. */
  readonly id: string;
  readonly group: Group;
  /** Where it is in the repository: what links between the files are relative to. */
  readonly path: string;
  /** Where it is read from: in the file system, or in the executable. */
  readonly file: string;
}

const guide = (id: string, file: string): Source => ({
  id,
  group: "Guide",
  path: `docs/guide/${id}.md`,
  file,
});

const reference = (id: string, file: string): Source => ({
  id,
  group: "Reference",
  path: `docs/reference/${id}.md`,
  file,
});

export const sources: readonly Source[] = [
  guide("getting-started", gettingStarted),
  guide("concepts", concepts),
  guide("install", install),
  guide("agents", agents),
  guide("targets", targets),
  guide("renewal", renewal),
  guide("bulk", bulk),
  guide("keyboard", keyboard),
  guide("api", api),
  guide("operating", operating),
  guide("troubleshooting", troubleshooting),
  guide("security", security),
  reference("operations", operations),
  reference("cli", cli),
  reference("settings", settings),
  reference("permissions", permissions),
  reference("problems", problems),
  reference("jobs", jobs),
  reference("events", events),
  reference("connectors", connectors),
  { id: "changelog", group: "Background", path: "CHANGELOG.md", file: changelog },
  { id: "divergences", group: "Background", path: "docs/divergences.md", file: divergences },
];
