// Three answers to "who is the primary?": the file's, the one that the last `up` was given, and the hosts'.

export interface PrimaryFacts {
  /** The primary of .env.cluster. */
  readonly file: string;
  /** The one that .env.cluster named when it was last carried out; undefined when nobody remembers. */
  readonly remembered: string | undefined;
  /** The node that leads. */
  readonly leader: string;
}

/** "as written": the file is right. "moved": another node leads by itself. "edited": the file asks for a change. */
export type PrimaryChoice = 'as written' | 'moved' | 'edited';

interface Rule {
  readonly why: string;
  readonly applies: (facts: PrimaryFacts) => boolean;
  readonly choice: PrimaryChoice;
}

const rules: readonly Rule[] = [
  {
    why: 'the node that the file names leads',
    applies: ({ file, leader }) => file === leader,
    choice: 'as written',
  },
  {
    why: 'the file is as it was when it was last carried out, so the leader moved by itself',
    applies: ({ file, remembered }) => file === remembered,
    choice: 'moved',
  },
  {
    why: 'nobody remembers what the file said, and to change nothing is safe',
    applies: ({ remembered }) => remembered === undefined,
    choice: 'moved',
  },
];

/** The first rule that applies decides; otherwise the file was edited since. */
export const choosePrimary = (facts: PrimaryFacts): PrimaryChoice =>
  rules.find(({ applies }) => applies(facts))?.choice ?? 'edited';
