/** What the page of a certificate is shown from. */
import type { z } from "zod";
import type { AuditView } from "#features/audit/event.ts";
import type { CertificateWithTargets, VersionView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import type { JobView } from "#features/work/job-view.ts";
import type { Frame } from "../frame.ts";
import type { Names } from "../reference.tsx";

export interface CertificateProps {
  readonly frame: Frame;
  readonly certificate: CertificateWithTargets;
  readonly versions: readonly VersionView[];
  readonly deployments: readonly DeploymentView[];
  /** What was put in place last, by target. */
  readonly served: readonly DeploymentView[];
  readonly jobs: readonly JobView[];
  /** The last few; undefined where the reader may not see the audit trail. */
  readonly events: readonly z.output<typeof AuditView>[] | undefined;
  readonly names: Names;
  /** Something is under way. */
  readonly running: boolean;
}
