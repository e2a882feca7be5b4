/** Managed certificates. */
import { bind, type Feature } from "../handler.ts";
import { certificatesApi } from "./api.ts";
import { bulkArchive, bulkReassign, bulkRenew, bulkTag } from "./bulk.ts";
import { archive, restore, update } from "./change.ts";
import { check } from "./check.ts";
import { compare } from "./compare.ts";
import { create } from "./create.ts";
import { issueJob } from "./jobs.ts";
import { bulkPreview } from "./preview.ts";
import { exportPem, get, list, listVersions } from "./read.ts";
import { renewalCheck, shortLivedExpiry } from "./recurring.ts";
import { renew } from "./renew.ts";
import { submitCsr } from "./submit.ts";
import { tag } from "./tag.ts";
import { usage } from "./usage.ts";

export const certificates: Feature = {
  name: "certificates",
  operations: bind(certificatesApi, {
    list,
    get,
    create,
    update,
    archive,
    restore,
    tag,
    renew,
    bulkPreview,
    bulkRenew,
    bulkReassign,
    bulkTag,
    bulkArchive,
    usage,
    versions: listVersions,
    check,
    compare,
    exportPem,
    submitCsr,
  }),
  jobs: [issueJob],
  recurring: [renewalCheck, shortLivedExpiry],
};
