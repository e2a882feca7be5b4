/**
 * Keys of the reference product that have no effect here yet: they warn, where any other unknown key stops the start.
 * A row leaves this file when its setting gets an effect.
 */
import { nearest } from "#base/nearest.ts";

/** `CERTCTL_`, a prefix, `_` and one of the words. */
const families: Readonly<Record<string, string>> = {
  ACME: "ARI_ENABLED DNS_CLEANUP_SCRIPT DNS_PERSIST_ISSUER_DOMAIN DNS_PRESENT_SCRIPT",
  ACME_SERVER:
    "ARI_ENABLED ARI_POLL_INTERVAL AUTHZ_TTL CAA_IDENTITIES DEFAULT_AUTH_MODE " +
    "DEFAULT_PROFILE_ID DNS01_CONCURRENCY DNS01_RESOLVER EAB_REQUIRED ENABLED GC_INTERVAL " +
    "HTTP01_CONCURRENCY NONCE_TTL ORDER_TTL RATE_LIMIT_CHALLENGE_RESPONDS_PER_HOUR " +
    "RATE_LIMIT_CONCURRENT_ORDERS RATE_LIMIT_KEY_CHANGE_PER_HOUR RATE_LIMIT_ORDERS_PER_HOUR " +
    "TLSALPN01_CONCURRENCY TOS_URL WEBSITE",
  AWS_PCA: "CA_ARN REGION SIGNING_ALGORITHM TEMPLATE_ARN VALIDITY_DAYS",
  AWS_SM: "DISCOVERY_ENABLED NAME_PREFIX REGION TAG_FILTER",
  AZURE_KV: "CLIENT_ID CLIENT_SECRET DISCOVERY_ENABLED TENANT_ID VAULT_URL",
  CLOUD_DISCOVERY: "ENABLED INTERVAL",
  DIGEST: "ENABLED INTERVAL RECIPIENTS",
  DIGICERT: "API_KEY BASE_URL ORG_ID POLL_MAX_WAIT_SECONDS PRODUCT_TYPE",
  EJBCA: "API_URL AUTH_MODE CA_NAME CERT_PROFILE CLIENT_CERT_PATH CLIENT_KEY_PATH EE_PROFILE TOKEN",
  ENTRUST: "API_URL CA_ID CLIENT_CERT_PATH CLIENT_KEY_PATH POLL_MAX_WAIT_SECONDS PROFILE_ID",
  EST: "ENABLED ISSUER_ID PROFILES PROFILE_ID",
  GCP_SM: "CREDENTIALS DISCOVERY_ENABLED PROJECT",
  GLOBALSIGN:
    "API_KEY API_SECRET API_URL CLIENT_CERT_PATH CLIENT_KEY_PATH POLL_MAX_WAIT_SECONDS " +
    "SERVER_CA_PATH",
  GOOGLE_CAS: "CA_POOL CREDENTIALS LOCATION PROJECT TTL",
  HEALTH_CHECK:
    "AUTO_CREATE DEFAULT_INTERVAL DEFAULT_TIMEOUT ENABLED HISTORY_RETENTION INTERVAL " +
    "MAX_CONCURRENT",
  NETWORK_SCAN: "ENABLED INTERVAL",
  OCSP_RESPONDER: "KEY_DIR ROTATION_GRACE VALIDITY",
  OPENSSL: "CRL_SCRIPT REVOKE_SCRIPT SIGN_SCRIPT TIMEOUT_SECONDS",
  OPSGENIE: "API_KEY PRIORITY",
  PAGERDUTY: "ROUTING_KEY SEVERITY",
  SCEP: "CHALLENGE_PASSWORD ENABLED ISSUER_ID PROFILES PROFILE_ID RA_CERT_PATH RA_KEY_PATH",
  SECTIGO: "BASE_URL CERT_TYPE CUSTOMER_URI LOGIN ORG_ID PASSWORD POLL_MAX_WAIT_SECONDS TERM",
  SLACK: "CHANNEL USERNAME WEBHOOK_URL",
  SMTP: "FROM_ADDRESS HOST PASSWORD PORT USERNAME USE_TLS",
  STEPCA:
    "KEY_PATH PASSWORD PROVISIONER PROVISIONER_KEY_PATH PROVISIONER_NAME PROVISIONER_PASSWORD " +
    "ROOT_CERT URL",
  VAULT: "ADDR MOUNT ROLE TOKEN TTL",
  WEBHOOK: "SECRET URL",
};

const single =
  "CERT_EXPORT_RATE_LIMIT_PER_ACTOR_HR CRL_GENERATION_INTERVAL " +
  "K8S_DEPLOY_KUBELET_SYNC_TIMEOUT NOTIFICATION_RETRY_INTERVAL OCSP_RATE_LIMIT_PER_IP_MIN " +
  "SCHEDULER_NOTIFICATION_PROCESS_INTERVAL TEAMS_WEBHOOK_URL ZEROSSL_EAB_URL";

/** Keys whose purpose is served otherwise. */
const replaced: Readonly<Record<string, string>> = {
  AGENT_BOOTSTRAP_TOKEN: "join tokens take its place",
  APPROVAL_BYPASS: "approvals cannot be bypassed",
  AUDIT_FLUSH_TIMEOUT_SECONDS: "audit rows are part of the transaction they tell of",
  DATABASE_MIGRATIONS_PATH: "migrations are inside the executable",
  DEMO_SEED: "run `certctl demo`",
  KEYGEN_MODE: "agents make the keys",
  DEPLOY_BACKUP_RETENTION: "set backup_retention on the target",
  VERIFY_DEPLOYMENT: "set post_deploy_verify on the target",
  VERIFY_TIMEOUT: "set post_deploy_verify on the target",
  VERIFY_DELAY: "set post_deploy_verify on the target",
};

/** `EST_PROFILE_<NAME>_ISSUER_ID` and the like: one family of keys for each profile that an operator names. */
const perProfile: readonly RegExp[] = [
  /^EST_PROFILE_[A-Z0-9_]+_(ISSUER_ID|PROFILE_ID|ENROLLMENT_PASSWORD|MTLS_ENABLED|MTLS_CLIENT_CA_TRUST_BUNDLE_PATH|CHANNEL_BINDING_REQUIRED|ALLOWED_AUTH_MODES|RATE_LIMIT_PER_PRINCIPAL_24H|SERVERKEYGEN_ENABLED)$/,
  /^SCEP_PROFILE_[A-Z0-9_]+_(ISSUER_ID|PROFILE_ID|CHALLENGE_PASSWORD|RA_CERT_PATH|RA_KEY_PATH|MTLS_ENABLED|MTLS_CLIENT_CA_TRUST_BUNDLE_PATH|INTUNE_(ENABLED|CONNECTOR_CERT_PATH|AUDIENCE|CHALLENGE_VALIDITY|CLOCK_SKEW_TOLERANCE|PER_DEVICE_RATE_LIMIT_24H))$/,
];

/** Read by the agent and by the commands that talk to a server; the server itself lets them be. */
const elsewhere =
  "AGENT_ID AGENT_NAME API_KEY DISCOVERY_DIRS KEY_DIR SERVER_CA_BUNDLE_PATH SERVER_CA_FINGERPRINT " +
  "SERVER_TLS_INSECURE_SKIP_VERIFY SERVER_URL";

/** Not settings: what tests and hooks find in their environment. */
const ignored = /^(CONFORMANCE$|TEST_|DNS_(DOMAIN|FQDN|TOKEN|VALUE)$)/;

const withoutEffect: readonly string[] = [
  ...Object.entries(families).flatMap(([prefix, words]) =>
    words.split(" ").map((word) => `CERTCTL_${prefix}_${word}`),
  ),
  ...single.split(" ").map((word) => `CERTCTL_${word}`),
  ...Object.keys(replaced).map((word) => `CERTCTL_${word}`),
];

/** The reference product's keys that have no effect here, sorted; the families of profiles are not among them. */
export const keysWithoutEffect: readonly string[] = withoutEffect.toSorted((a, b) =>
  a < b ? -1 : 1,
);

const readElsewhere = new Set(elsewhere.split(" ").map((word) => `CERTCTL_${word}`));

/** What to say about a key that is no setting. */
export type Verdict =
  | { readonly kind: "ignored" }
  | { readonly kind: "elsewhere" }
  | { readonly kind: "without effect"; readonly instead: string | undefined }
  | { readonly kind: "unknown"; readonly nearest: string | undefined };

/** Judges a key that is not in the table of settings, whose keys are `settingKeys`. */
export function judgeKey(key: string, settingKeys: readonly string[]): Verdict {
  const name = key.replace(/^CERTCTL_/, "");
  if (ignored.test(name)) return { kind: "ignored" };
  if (readElsewhere.has(key)) return { kind: "elsewhere" };
  if (withoutEffect.includes(key) || perProfile.some((it) => it.test(name))) {
    return { kind: "without effect", instead: replaced[name] };
  }
  return {
    kind: "unknown",
    nearest: nearest(key, [...settingKeys, ...readElsewhere, ...withoutEffect]),
  };
}
