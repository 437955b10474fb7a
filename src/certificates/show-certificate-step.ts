import { fingerprintOf } from '../pki/inspect.ts';
import { change, ensure, type Change, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { fileSettings } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { seenCertificates } from '../pki/seen-certificates-query.ts';
import { newestChange } from '../system/paths.ts';
import { reloadService, serviceState } from '../system/service-step.ts';
import type { ClusterCredential, Reader } from '../pki/cluster-credential.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';

/**
 * Makes a running server show the certificate that is in its file, and trust the CAs that are in its other file, without
 * a restart where it can. A server that does not run reads them when it starts.
 */
export function showCertificate({ reader, place, port }: ClusterCredential & { reader: Reader }): Step {
  const isJudge = reader.kind === 'postgres' || reader.judges;
  const files = [...(isJudge ? [place.authority] : []), place.certificate, place.key];

  async function isRight(host: ReadableHost): Promise<boolean> {
    const [loadedAt, changedAt, [seen]] = await Promise.all([
      readAt(reader, host),
      host.ask(newestChange(files)),
      host.ask(seenCertificates([{ place, port }])),
    ]);
    if (loadedAt === undefined) return true;
    const isShown = port === undefined || fingerprintOf(seen?.shown) === fingerprintOf(seen?.certificate);
    return isShown && changedAt <= loadedAt;
  }

  return ensure('Serve the new certificate', inWords(reader), {
    ...(reader.kind === 'postgres' ? serverLogTail(reader.instance) : unitJournalTail(reader.unit)),
    isRight,
    async apply(host) {
      await readAnew(reader, host);
      // Patroni does so in its next loop.
      await waitUntil(() => isRight(host), { deadlineMs: 60_000 });
    },
  });
}

/** When it last read its files, seconds since 1970; undefined when it does not run. */
async function readAt(reader: Reader, host: ReadableHost): Promise<number | undefined> {
  if (reader.kind === 'postgres') {
    return (await host.ask(ifRunning(reader.instance, fileSettings(reader.instance))))?.loadedAt;
  }
  const { isActive, loadedAt } = await host.ask(serviceState(reader.unit));
  return isActive ? loadedAt : undefined;
}

async function readAnew(reader: Reader, host: Host): Promise<void> {
  if (reader.kind === 'postgres') return host.run((await readControl(host, reader.instance)).reload);
  await host.run(reloadService(reader.unit));
}

const inWords = (reader: Reader): Change =>
  reader.kind === 'postgres'
    ? change('postgres.reload', 'reload PostgreSQL')
    : change('unit.reload', `reload ${reader.unit}`, reader.unit);
