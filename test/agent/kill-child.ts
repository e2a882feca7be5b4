/** An agent process for the kill test: takes up what its predecessor left, says so, then deploys two pairs in turn until it is killed. */
import { readFileSync } from "node:fs";
import { haproxyOrder, nginxOrder, noSignal, openBench } from "./bench.ts";

const [directory = ""] = process.argv.slice(2);
const { kind, rig, pairs, stateDirectory } = JSON.parse(
  readFileSync(`${directory}/scene.json`, "utf8"),
);
const { deployer } = openBench({ stateDirectory });
const recovered = await deployer.recover(noSignal());
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ recovered: recovered.map(({ result }) => [result.outcome, result.error?.detail]) });
for await (const line of console) {
  if (line === "go") break;
}
for (let turn = 0; ; turn++) {
  const pair = pairs[turn % 2];
  const order =
    kind === "NGINX"
      ? nginxOrder(rig, pair, { backup_retention: 1 })
      : haproxyOrder(rig, pair, { backup_retention: 1, runtime_socket: rig.socket });
  const { outcome, error } = await deployer.deploy(order, noSignal());
  say({ outcome, error });
}
