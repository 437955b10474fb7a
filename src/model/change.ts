/** Something that a step will make different. */
export interface Change {
  /** What is done, the same in every version of dbctl: "role.create". */
  readonly id: string;
  /** To what, where a step does it to several things: "app_writer". */
  readonly subject?: string;
  /** The sentence that a user reads in a plan: "create role app_writer". */
  readonly text: string;
}

export const change = (id: string, text: string, subject?: string): Change => ({
  id,
  ...(subject !== undefined && { subject }),
  text,
});

export const textsOf = (changes: readonly Change[]): readonly string[] => changes.map(({ text }) => text);
