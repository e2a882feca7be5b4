/** State machines as tables: legal transitions are data that SQL, pages, metrics and diagrams read. */

export type Transitions<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

export interface Machine<State extends string, Event extends string> {
  readonly states: readonly State[];
  /** The state after `event`, or undefined when `event` is not possible in `state`. */
  next(state: State, event: Event): State | undefined;
  /** The states in which `event` is possible. */
  from(event: Event): readonly State[];
  isFinal(state: State): boolean;
  /** A Mermaid state diagram. */
  diagram(): string;
}

export function machine<State extends string, Event extends string>(
  table: Transitions<State, Event>,
): Machine<State, Event> {
  const states = Object.keys(table) as State[];
  return {
    states,
    next: (state, event) => table[state][event],
    from: (event) => states.filter((state) => table[state][event] !== undefined),
    isFinal: (state) => Object.keys(table[state]).length === 0,
    diagram: () =>
      [
        "stateDiagram-v2",
        ...states.flatMap((state) =>
          Object.entries(table[state]).map(([event, to]) => `  ${state} --> ${to}: ${event}`),
        ),
      ].join("\n"),
  };
}
