/** What later features may read of certificates and versions. */
export {
  findCertificate,
  findCertificateByPk,
  findJobOfAgent,
  recordProgress,
  sansOf,
} from "./queries.ts";
export {
  findVersion,
  findVersionById,
  listCurrent,
  loadChain,
  pemOfChain,
  serialText,
} from "./version-queries.ts";
