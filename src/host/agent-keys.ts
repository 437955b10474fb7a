// The keys that an SSH agent holds, of which a login is offered a part.

import ssh2, { type BaseAgent, type IdentityCallback, type ParsedKey, type SignCallback } from 'ssh2';

export interface Agent {
  readonly keys: readonly ParsedKey[];
  /** Why it cannot be asked; it has no keys then. */
  readonly problem: string | undefined;
  /** The same agent, which has only these keys. */
  offering(keys: readonly ParsedKey[]): BaseAgent;
}

/** A socket whose agent has ended on another machine never answers; in milliseconds. */
const patienceMs = 5000;

/** Asks an agent for its keys; it is never an error when there is none. */
export async function openAgent(socket: string): Promise<Agent> {
  const agent = ssh2.createAgent(socket);
  const offering = (keys: readonly ParsedKey[]): BaseAgent => new PartOfAgent(agent, keys);
  try {
    return { keys: await keysOf(agent), problem: undefined, offering };
  } catch (error) {
    return { keys: [], problem: error instanceof Error ? error.message : String(error), offering };
  }
}

const keysOf = (agent: BaseAgent): Promise<readonly ParsedKey[]> =>
  new Promise((resolve, reject) => {
    const late = new Error(`it does not answer within ${patienceMs / 1000} s`);
    const timer = setTimeout(() => reject(late), patienceMs);
    agent.getIdentities((error, keys = []) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(keys.filter((key) => isParsed(key)));
    });
  });

/** ssh2's agent answers nothing else than parsed keys. */
const isParsed = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key;

class PartOfAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #keys: readonly ParsedKey[];

  constructor(agent: BaseAgent, keys: readonly ParsedKey[]) {
    super();
    this.#agent = agent;
    this.#keys = keys;
  }

  override getIdentities(answer: IdentityCallback<ParsedKey>): void {
    answer(undefined, [...this.#keys]);
  }

  override sign(...request: readonly unknown[]): void {
    this.#agent.sign(...(request as [ParsedKey, Buffer, SignCallback]));
  }
}
