/** How OpenAPI has `GET /api/v1/events`, which is a stream beside the contracts. */
export const eventsPath = {
  get: {
    operationId: "events.stream",
    summary: "What happens, as server-sent events",
    description:
      "Ends after an hour at most; a client resumes with the id it saw last. Permission: jobs:read.",
    tags: ["events"],
    parameters: [
      {
        name: "Last-Event-ID",
        in: "header",
        required: false,
        description: "Go on after this event; without it, with what happens from now on.",
        schema: { type: "string" },
      },
      {
        name: "after",
        in: "query",
        required: false,
        description: "The same, for clients that cannot set headers.",
        schema: { type: "string" },
      },
    ],
    responses: {
      "200": {
        description: "Events as they happen",
        content: { "text/event-stream": { schema: { type: "string" } } },
      },
      ...Object.fromEntries(
        [
          ["401", "Not signed in"],
          ["403", "Not allowed"],
        ].map(([status, description]) => [
          status,
          {
            description,
            content: {
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          },
        ]),
      ),
    },
  },
};
