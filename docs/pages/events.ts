/** The events page: everything that can happen, with its payload. */
import { eventTypes } from "#base/event.ts";
import { code, fenced, page, table } from "./markdown.ts";
import { keyRows } from "./schema.ts";

const example = `id: 1042
event: certificate.issued
data: {"subject_id":"mc-0k3v5x7z9abcdefg","at":"2026-11-23T15:03:36Z","version_id":"ver-0k3v5x7z9hjkmnpq","serial_number":"4f1c","not_after":"2027-02-21T15:03:36Z"}`;

export function eventsPage(): string {
  const rows = Object.entries(eventTypes).map(([type, payload]) => {
    const keys = keyRows(payload).map(([key = "", kind = "", need]) =>
      need === "required" ? `${key} ${kind}` : `${key} ${kind}, optional`,
    );
    return [code(type), keys.join("; ") || "nothing"];
  });
  return page(
    "Events",
    "`GET /api/v1/events` streams what happens as server-sent events; `Last-Event-ID` resumes after the position that was seen last. Every event names its subject and its time; instants are RFC 3339, here as everywhere. Events of other teams are not sent.",
    fenced("text", example),
    table(["Event", "Payload"], rows),
  );
}
