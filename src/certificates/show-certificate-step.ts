import { fingerprintOf } from '../pki/inspect.ts';
import type { Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Action } from '../host/command.ts';
import { fileSettings } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { seenCertificates } from '../backup/seen-certificates-query.ts';
import { reloadService, serviceState, startService } from '../system/service.ts';
import { reload } from '../postgres/settings.ts';
import { newestChange } from '../system/paths.ts';
import type { ClusterCredential, Reader } from '../backup/cluster-credentials.ts';
import { unitSays } from '../system/evidence.ts';
import { serverSays } from '../postgres/server-says.ts';

/**
 * Makes a running server show the certificate that is in its file, and trust the CAs that are in its other file, without
 * a restart where it can. A server that does not run reads them when it starts.
 */
export function showCertificate({ reader, place, port }: ClusterCredential & { reader: Reader }): Step {
  const isJudge = reader.kind === 'postgres' || reader.judges;
  const files = [...(isJudge ? [place.authority] : []), place.certificate, place.key];

  async function isStale(host: ReadableHost): Promise<boolean> {
    const [loadedAt, changedAt, [seen]] = await Promise.all([
      readAt(reader, host),
      host.ask(newestChange(files)),
      host.ask(seenCertificates([{ place, port }])),
    ]);
    if (loadedAt === undefined) return false;
    const isShown = port === undefined || fingerprintOf(seen?.shown) === fingerprintOf(seen?.certificate);
    return changedAt > loadedAt || !isShown;
  }

  return {
    title: 'Serve the new certificate',
    ...(reader.kind === 'postgres' ? serverSays(reader.instance) : unitSays(reader.unit)),

    async diff(host) {
      return (await isStale(host)) ? [inWords(reader)] : [];
    },

    async apply(host) {
      await host.run(readAnew(reader));
      await waitUntil(async () => !(await isStale(host)), { deadlineMs: 10_000 });
    },
  };
}

/** When it last read its files, seconds since 1970; undefined when it does not run. */
async function readAt(reader: Reader, host: ReadableHost): Promise<number | undefined> {
  if (reader.kind === 'postgres') {
    return (await host.ask(ifRunning(reader.instance, fileSettings(reader.instance))))?.loadedAt;
  }
  const { isActive, loadedAt } = await host.ask(serviceState(reader.unit));
  return isActive ? loadedAt : undefined;
}

function readAnew(reader: Reader): Action {
  if (reader.kind === 'postgres') return reload(reader.instance);
  return reader.renewal === 'reload' ? reloadService(reader.unit) : startService(reader.unit);
}

const inWords = (reader: Reader): string =>
  reader.kind === 'postgres' ? 'reload PostgreSQL' : `${reader.renewal} ${reader.unit}`;
