import { query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import { RefusedError } from '../model/errors.ts';
import type { Instance } from '../model/instance.ts';
import { parseStartFacts, wrongStart, type StartFacts, type StartRole } from '../postgres/start.ts';

/** As what a server would start. */
export const startFacts = ({ dataDirectory, binDirectory }: Instance): Query<StartFacts> =>
  query(script('postgres/start-facts.sh', dataDirectory, binDirectory), parseStartFacts);

/** The last look before a server is started: nothing else keeps one that is there from being a second primary. */
export async function refuseWrongStart(host: ReadableHost, instance: Instance, as: StartRole): Promise<void> {
  const wrong = wrongStart(await host.ask(startFacts(instance)), { instance, name: host.name, as });
  if (wrong) throw new RefusedError({ ...wrong, next: [...wrong.next, 'it was not started'] });
}
