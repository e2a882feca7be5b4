/** Every contract without its handler: what the CLI, the typed client, the pages and the reference docs are derived from. */
import type { Api, Contract } from "#base/contract.ts";
import { accessApi } from "./access/api.ts";
import { ownApi } from "./access/own-api.ts";
import { agentsApi } from "./agents/api.ts";
import { auditApi } from "./audit/api.ts";
import { certificatesApi } from "./certificates/api.ts";
import { deploymentsApi } from "./deployments/api.ts";
import { issuerActionsApi, issuersApi } from "./issuers/api.ts";
import { overviewApi } from "./overview/api.ts";
import { statsApi } from "./overview/stats-api.ts";
import { systemApi } from "./overview/system-api.ts";
import { ownersApi, teamsApi } from "./ownership/api.ts";
import { teamUsageApi } from "./ownership/usage-api.ts";
import { renewalPoliciesApi } from "./policies/api.ts";
import { profilesApi } from "./profiles/api.ts";
import { viewsApi } from "./saved-views/api.ts";
import { searchApi } from "./search/api.ts";
import { targetActionsApi, targetsApi } from "./targets/api.ts";
import { workApi } from "./work/api.ts";

const apis: readonly Api[] = [
  accessApi,
  ownApi,
  systemApi,
  auditApi,
  teamsApi,
  teamUsageApi,
  ownersApi,
  profilesApi,
  renewalPoliciesApi,
  issuersApi,
  issuerActionsApi,
  agentsApi,
  targetsApi,
  targetActionsApi,
  certificatesApi,
  deploymentsApi,
  workApi,
  overviewApi,
  statsApi,
  searchApi,
  viewsApi,
];

export const contracts: readonly Contract[] = apis.flatMap((api) => Object.values(api));
