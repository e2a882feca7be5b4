/** What can be done with a job as it stands. */
/** @jsxImportSource hono/jsx */
import { workApi } from "#features/work/api.ts";
import type { JobDetail } from "#features/work/job-view.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";

export interface ActionsProps {
  readonly frame: Frame;
  readonly job: JobDetail;
  readonly canCancel: boolean;
  readonly canPause: boolean;
  readonly canRetry: boolean;
}

export function Actions({ frame, job, canCancel, canPause, canRetry }: ActionsProps): Html {
  const hidden = { id: job.id };
  const waits = job.mayDecide;
  return (
    <>
      {waits ? (
        <OperationForm
          of={workApi.approve}
          frame={frame}
          hidden={hidden}
          submit="Approve"
          only={[]}
          icon="stamp"
          primary
        />
      ) : null}
      {waits ? (
        <OperationForm
          of={workApi.reject}
          frame={frame}
          hidden={hidden}
          submit="Reject"
          only={[]}
          danger
        />
      ) : null}
      {canRetry ? (
        <OperationForm
          of={workApi.retry}
          frame={frame}
          hidden={hidden}
          submit="Try again now"
          icon="refresh-cw"
          primary
        />
      ) : null}
      {canPause ? (
        <OperationForm
          of={workApi.pause}
          frame={frame}
          hidden={hidden}
          submit="Pause"
          icon="circle-pause"
        />
      ) : null}
      {job.status === "Paused" ? (
        <OperationForm
          of={workApi.resume}
          frame={frame}
          hidden={hidden}
          submit="Go on"
          icon="circle-play"
          primary
        />
      ) : null}
      {canCancel ? (
        <OperationForm
          of={workApi.cancel}
          frame={frame}
          hidden={hidden}
          submit={job.status === "AwaitingApproval" && !job.mayDecide ? "Withdraw" : "Cancel"}
          danger
        />
      ) : null}
    </>
  );
}
