/**
 * One order from its beginning, or from where an interrupted attempt left it, to the certificate (RFC 8555 section 7.4).
 * The order's URL is kept under our own order id before anything is proved or finalized, so that a repeated attempt asks
 * for the same certificate and never for another one.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ConnectorFailure } from "../../failure.ts";
import { type IssueRequest, orderStateName } from "../issuer.ts";
import { authorize } from "./challenge.ts";
import { Order } from "./documents.ts";
import { identifiersOf } from "./identifier.ts";
import { poll } from "./poll.ts";
import { understood } from "./poster.ts";
import { AcmeRefusal, refusedNames } from "./refusal.ts";
import type { Session } from "./session.ts";

const what = "an order";

/** What is kept of an order. Another request under the same id, or another account, is another order. */
const Kept = z.object({ url: z.string(), request: z.string(), account: z.string() });
type Kept = z.output<typeof Kept>;

interface Placed {
  readonly url: string;
  readonly order: Order;
}

/** The URL of the certificate. Throws `ConnectorFailure`. */
export async function fulfil(session: Session, request: IssueRequest): Promise<string> {
  const placed = (await resumed(session, request)) ?? (await place(session, request));
  try {
    const order = await finished(session, placed, request);
    if (order.status === "valid" && order.certificate !== undefined) return order.certificate;
    throw refusedNames("finalize", [{ name: "the order", error: order.error }]);
  } catch (error) {
    // What the server has refused for good is of no use to the next attempt.
    if (error instanceof AcmeRefusal && error.endsOrder) {
      await session.host.state.forget(orderStateName(request.orderId));
    }
    throw error;
  }
}

/** The order of an interrupted attempt, if the server still has it and it can still succeed. */
async function resumed(session: Session, request: IssueRequest): Promise<Placed | undefined> {
  const kept = await keptOrder(session, request.orderId);
  if (kept?.request !== digestOf(request) || kept.account !== session.account()) return undefined;
  const { url } = kept;
  try {
    const reply = await session.post({ stage: "order", url, payload: undefined });
    const order = understood(Order, reply, { stage: "order", what });
    return order.status === "invalid" ? undefined : { url, order };
  } catch (error) {
    // The server has forgotten it; whatever else is wrong will be met by the new order too.
    if (error instanceof AcmeRefusal && !error.retryable) return undefined;
    throw error;
  }
}

async function place(session: Session, request: IssueRequest): Promise<Placed> {
  const stage = "order";
  const payload = orderPayload(session, request);
  const url = session.directory.newOrder;
  const reply = await session.post({ stage, url, payload });
  const order = understood(Order, reply, { stage, what });
  if (reply.location === undefined) {
    const detail = `${reply.host} does not say where the order is`;
    throw new ConnectorFailure(detail, { stage, retryable: true });
  }
  const kept: Kept = {
    url: reply.location,
    request: digestOf(request),
    account: session.account(),
  };
  const name = orderStateName(request.orderId);
  await session.host.state.save(name, Buffer.from(JSON.stringify(kept)));
  return { url: reply.location, order };
}

/** Names and profile. Dates are left to the CA: public ones refuse an order that names them (RFC 8555 section 7.4). */
function orderPayload({ config, directory }: Session, request: IssueRequest) {
  const identifiers = identifiersOf(request.subjectAltNames);
  const { profile } = config;
  if (profile === undefined) return { identifiers };
  requireProfile(directory, profile);
  return { identifiers, profile };
}

/** A server that has no profiles ignores the member: the certificate would not be what was asked for. */
export function requireProfile(directory: Session["directory"], profile: string): void {
  const known = Object.keys(directory.meta.profiles ?? {});
  if (known.includes(profile)) return;
  const has = known.length > 0 ? `it has ${known.join(", ")}` : "it has none";
  const detail = `the CA has no profile ${JSON.stringify(profile)}; ${has}`;
  throw new ConnectorFailure(detail, { stage: "order", retryable: false });
}

/** The order, carried on to its end. */
async function finished(session: Session, placed: Placed, request: IssueRequest): Promise<Order> {
  const { url } = placed;
  const settle = (status: Order["status"], wait?: number) =>
    poll(session, {
      stage: "finalize",
      url,
      schema: Order,
      what: "the order",
      isSettled: (it) => it.status !== status,
      wait,
    });
  let { order } = placed;
  if (order.status === "pending") {
    await authorize(session, order.authorizations);
    order = await settle("pending");
  }
  if (order.status === "ready") {
    const csr = Buffer.from(request.request.der).toString("base64url");
    const post = { stage: "finalize", url: order.finalize, payload: { csr } } as const;
    const reply = await session.post(post);
    order = understood(Order, reply, { stage: "finalize", what });
    const wait = reply.retryAfter(session.host.clock.now());
    return order.status === "processing" ? await settle("processing", wait) : order;
  }
  return order.status === "processing" ? await settle("processing") : order;
}

async function keptOrder(session: Session, orderId: string): Promise<Kept | undefined> {
  const sealed = await session.host.state.load(orderStateName(orderId));
  return sealed && Kept.parse(JSON.parse(Buffer.from(sealed).toString("utf8")));
}

const digestOf = ({ request }: IssueRequest): string =>
  createHash("sha256").update(request.der).digest("base64url");
