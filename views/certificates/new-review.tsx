/** The last step of an order: everything once more, and the only button that does something. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { addressOf, type NewCertificateProps, steps } from "./new-steps.ts";

export function Review({ frame, texts, checked, choices }: NewCertificateProps): Html {
  const fields = fieldsOf(certificatesApi.create);
  const said = fields.flatMap((field) => {
    const values = (texts[field.name] ?? []).filter((it) => it !== "");
    if (values.length === 0) return [];
    const known = choices[field.name] ?? field.choices ?? [];
    return [
      [field.title, values.map((it) => known.find(({ value }) => value === it)?.label ?? it)],
    ];
  }) as readonly (readonly [string, readonly string[]])[];
  const problems = checked?.problems ?? [];
  const given = Object.fromEntries(
    Object.entries(texts).map(([name, all]) => [name, all.filter((it) => it !== "")]),
  );
  return (
    <>
      {problems.length > 0 ? (
        <div class="note bad" role="alert">
          <Icon name="circle-x" />
          <h2>
            {problems.length === 1
              ? "1 thing needs a change before it can be ordered"
              : `${problems.length} things need a change before it can be ordered`}
          </h2>
          <ul class="links">
            {problems.map((it) => (
              <li>
                <a class="a" href={addressOf(texts, stepOf(it.path))} dir="auto">
                  {`${titleOf(it.path)}: ${it.message}`}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <Panel title="What you chose">
        <dl class="facts">
          {said.map(([title, values]) => (
            <>
              <dt>{title}</dt>
              <dd>
                <ul class="plain">
                  {values.map((it) => (
                    <li dir="auto">{it}</li>
                  ))}
                </ul>
              </dd>
            </>
          ))}
        </dl>
      </Panel>
      <div class="acts">
        {problems.length === 0 ? (
          <OperationForm
            of={certificatesApi.create}
            frame={frame}
            hidden={given}
            only={[]}
            submit="Order the certificate"
            icon="file-badge"
            primary
          />
        ) : null}
        <a class="btn" href={addressOf(texts, steps.length - 1)}>
          Back
        </a>
      </div>
    </>
  );
}

function stepOf(errorPath: string): number {
  const [name = ""] = errorPath.split(".");
  const found = steps.findIndex((it) => it.fields.includes(name));
  return found < 0 ? 1 : found + 1;
}

function titleOf(errorPath: string): string {
  const [name = ""] = errorPath.split(".");
  return fieldsOf(certificatesApi.create).find((it) => it.key === name)?.title ?? name;
}
