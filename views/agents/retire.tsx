/** Retiring an agent: what hangs on it in numbers, before. */
/** @jsxImportSource hono/jsx */
import type { AgentView, Dependencies } from "#features/agents/agent.ts";
import { agentsApi } from "#features/agents/api.ts";
import { Confirm } from "../confirm.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";

export interface RetireProps {
  readonly frame: Frame;
  readonly agent: AgentView;
  readonly dependencies: Dependencies;
}

/** Where something hangs on it, it is refused without the cascade: the form then asks for it and for a reason. */
export function RetirePage({ frame, agent, dependencies: it }: RetireProps): Html {
  const hanging = it.activeTargets + it.activeCertificates + it.pendingJobs > 0;
  const path = `/agents/${agent.id}`;
  return (
    <Confirm
      frame={frame}
      of={agentsApi.retire}
      title={`Retire ${agent.name}`}
      blast={[
        [String(it.activeTargets), it.activeTargets === 1 ? "target" : "targets"],
        [
          String(it.activeCertificates),
          it.activeCertificates === 1 ? "certificate depends on it" : "certificates depend on it",
        ],
        [String(it.pendingJobs), it.pendingJobs === 1 ? "job not ended" : "jobs not ended"],
      ]}
      hidden={{ id: agent.id }}
      only={hanging ? ["force", "reason"] : ["reason"]}
      required={hanging ? ["reason"] : []}
      submit={`Retire ${agent.name}`}
      cancel={path}
    >
      <p>
        A retired agent gets no more work and its credential ends at once: the program on its
        machine stops by itself. It cannot be taken back; the machine can join again as a new agent.
      </p>
      {hanging ? (
        <p>
          {"Something hangs on it. The safer way is to "}
          <a class="a" href={`/targets?agent_id=${encodeURIComponent(agent.id)}`}>
            give its targets to another agent
          </a>
          {
            " first. With the box below its targets are retired with it and its jobs cancelled, and a reason is needed; certificates stay installed, and are renewed there no more."
          }
        </p>
      ) : (
        <p>Nothing hangs on it.</p>
      )}
    </Confirm>
  );
}
