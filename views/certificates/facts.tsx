/** Beside a certificate: what it says, and whose it is. */
/** @jsxImportSource hono/jsx */
import { Pairs } from "../detail.tsx";
import type { Html } from "../html.ts";
import { Name } from "../name.tsx";
import { Panel } from "../panel.tsx";
import { Ref } from "../reference.tsx";
import { Copyable } from "../secret.tsx";
import { Time } from "../time.tsx";
import type { CertificateProps } from "./props.ts";

type Facts = Pick<CertificateProps, "certificate" | "versions" | "names" | "frame">;

export function Identity({ certificate, versions, names }: Facts): Html {
  const current = versions.filter((it) => it.isCurrent);
  const all = [...new Set([certificate.commonName, ...certificate.sans])].filter((it) => it !== "");
  const [first] = current;
  return (
    <Panel title="Identity">
      <dl class="facts">
        <dt>Names</dt>
        <dd>
          <ul class="plain">
            {all.slice(0, 5).map((it) => (
              <li dir="auto">
                <Name of={it} />
              </li>
            ))}
          </ul>
          {all.length > 5 ? (
            <details>
              <summary class="a">{`${all.length - 5} more`}</summary>
              <ul class="plain">
                {all.slice(5).map((it) => (
                  <li dir="auto">
                    <Name of={it} />
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
        </dd>
        <dt>Issuer</dt>
        <dd>
          <Ref kind="issuer" id={certificate.issuerId} names={names} />
        </dd>
        <dt>Key</dt>
        <dd>
          {certificate.keyAlgorithm}
          {first === undefined ? null : ", held by "}
          {current.map((it, at) => (
            <>
              {at > 0 ? ", " : ""}
              {it.holder === null ? (
                "the client"
              ) : (
                <Ref kind="agent" id={it.holder} names={names} />
              )}
            </>
          ))}
        </dd>
        {first === undefined ? null : (
          <>
            <dt>Serial number</dt>
            <dd>
              <Copyable value={first.serialNumber} label="Serial number" />
            </dd>
            <dt>SHA-256</dt>
            <dd>
              <Copyable value={first.fingerprint} label="SHA-256" />
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <Copyable value={certificate.id} label="Id" />
        </dd>
      </dl>
    </Panel>
  );
}

export function Rules({ certificate, names, frame }: Facts): Html {
  return (
    <Panel title="Ownership and rules">
      <dl class="facts">
        <dt>Owner</dt>
        <dd>
          {certificate.ownerId === null ? (
            "Nobody"
          ) : (
            <Ref kind="owner" id={certificate.ownerId} names={names} />
          )}
        </dd>
        <dt>Team</dt>
        <dd>
          {certificate.teamId === null ? (
            "None: only who sees all teams sees it"
          ) : (
            <Ref kind="team" id={certificate.teamId} names={names} />
          )}
        </dd>
        <dt>Profile</dt>
        <dd>
          {certificate.certificateProfileId === null ? (
            "None: the usual rules"
          ) : (
            <Ref kind="profile" id={certificate.certificateProfileId} names={names} />
          )}
        </dd>
        <dt>Renewal</dt>
        <dd>
          {certificate.renewalPolicyId === null ? (
            "By the default policy"
          ) : (
            <Ref kind="policy" id={certificate.renewalPolicyId} names={names} />
          )}
        </dd>
        <dt>Environment</dt>
        <dd dir="auto">{certificate.environment || "–"}</dd>
        <dt>Tags</dt>
        <dd>
          <Pairs of={certificate.tags} />
        </dd>
        <dt>Source</dt>
        <dd>{certificate.source}</dd>
        <dt>Added</dt>
        <dd>
          <Time at={certificate.createdAt} now={frame.now} />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time at={certificate.updatedAt} now={frame.now} />
        </dd>
      </dl>
    </Panel>
  );
}
