/**
 * A state machine as a table of events: what lives is moved only along this table, and a person can lay it beside the rules.
 * Callers name events, not target states, so that "cancelled by the bidder" and "lapsed by time" stay different facts.
 */
export interface Machine<S extends string = string, E extends string = string, P extends string = string> {
  /** The noun as stored in the event log, in camel case. */
  readonly name: string;
  readonly label: string;
  /** The event that brings one into being, and the state it is then in. */
  readonly birth: { readonly event: NoInfer<E>; readonly state: NoInfer<S> };
  readonly states: Readonly<Record<S, StateRule<P>>>;
  readonly events: Readonly<Record<E, EventRule<P>>>;
  readonly table: Readonly<Record<NoInfer<S>, Readonly<Partial<Record<NoInfer<E>, NoInfer<S>>>>>>;
}

export interface StateRule<P extends string> {
  readonly label: string;
  /** Who has to act next; absent where nobody is waited for. */
  readonly waitsFor?: P;
}

export interface EventRule<P extends string> {
  readonly label: string;
  /** Who may fire it. */
  readonly by: readonly P[];
}

/**
 * Checks the table when it is loaded: a target that is no state does not compile, a state that nothing reaches and an event
 * that nothing accepts stop the start.
 */
export function defineMachine<const S extends string, const E extends string, const P extends string>(
  machine: Machine<S, E, P>,
): Machine<S, E, P> {
  const reached = new Set<S>([machine.birth.state]);
  for (const state of reached) {
    for (const target of Object.values<S | undefined>(machine.table[state])) if (target) reached.add(target);
  }
  for (const state of Object.keys(machine.states) as S[]) {
    if (!reached.has(state)) throw new Error(`Machine ${machine.name} never reaches ${state}.`);
  }

  const accepted = new Set<string>([machine.birth.event]);
  for (const row of Object.values<object>(machine.table))
    for (const event of Object.keys(row)) accepted.add(event);
  for (const event of Object.keys(machine.events)) {
    if (!accepted.has(event)) throw new Error(`Machine ${machine.name} accepts ${event} in no state.`);
  }
  return machine;
}

/** The state an event leads to, or undefined where the event is not allowed. */
export function targetOf<S extends string, E extends string>(
  machine: Machine<S, E>,
  state: S,
  event: E,
): S | undefined {
  return machine.table[state][event];
}

/** The events that a party may fire in a state, in the table's order. */
export function acceptedEvents<S extends string, E extends string, P extends string>(
  machine: Machine<S, E, P>,
  state: S,
  party: P,
): E[] {
  return (Object.keys(machine.table[state]) as E[]).filter((event) =>
    machine.events[event].by.includes(party),
  );
}

/** The whole table as text, a row a state and a column an event, for tests and for people. */
export function machineGrid(machine: Machine): string {
  const events = Object.keys(machine.events).filter((event) => event !== machine.birth.event);
  const states = Object.keys(machine.states);
  const first = Math.max(...states.map((state) => state.length), 5);
  const widths = events.map((event) =>
    Math.max(event.length, ...states.map((s) => (machine.table[s]?.[event] ?? '.').length)),
  );
  const line = (head: string, cells: readonly string[]) =>
    [head.padEnd(first), ...cells.map((cell, i) => cell.padEnd(widths[i] ?? 0))].join(' ').trimEnd();
  return [
    line('state', events),
    ...states.map((state) =>
      line(
        state,
        events.map((event) => machine.table[state]?.[event] ?? '.'),
      ),
    ),
  ].join('\n');
}
