/** Certificates to where they are used, and the evidence that they arrived. */
import { bind, type Feature } from "../handler.ts";
import { deploymentsApi } from "./api.ts";
import { atTarget, deploy, list, redeploy, validate } from "./deploy.ts";
import { deployIssued, deployJob, deployPlaced, probeJob } from "./enqueue.ts";
import { report } from "./report.ts";
import { work } from "./work.ts";

export const deployments: Feature = {
  name: "deployments",
  operations: bind(deploymentsApi, { list, atTarget, deploy, redeploy, validate, work, report }),
  jobs: [deployJob, probeJob],
  subscriptions: [deployIssued, deployPlaced],
};
