import { expect, test } from "bun:test";
import { toCsv } from "./event.ts";

test.each([
  { value: null, cell: "" },
  { value: "", cell: "" },
  { value: "10.0.0.1", cell: "10.0.0.1" },
  { value: "=1+1", cell: "'=1+1" },
  { value: "+1", cell: "'+1" },
  { value: "-1", cell: "'-1" },
  { value: "@SUM(1)", cell: "'@SUM(1)" },
  { value: "\t=1", cell: "'\t=1" },
  { value: "\r=1", cell: `"'\r=1"` },
  { value: 'a "b"', cell: '"a ""b"""' },
])("a line of CSV shows the address $value as <$cell>", ({ value, cell }) => {
  const wire = { id: "audit-1", outcome: "success", request_id: "setup", address: value };
  expect(toCsv({ ...wire, details: { a: 1 } })).toBe(
    `audit-1,,,,,,,success,setup,${cell},"{""a"":1}"\r\n`,
  );
});
