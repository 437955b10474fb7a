/** A machine that is reached over SSH (or is this one: `local`). */
export interface Machine {
  readonly name: string;
  readonly host: string;
}
