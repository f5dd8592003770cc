/** An effect on the outside world that no repetition would bring about: what was asked for is itself at fault. */
export class PermanentFault extends Error {}
