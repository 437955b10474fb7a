import type { Cluster, Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import type { Authority } from '../certificates/credential.ts';
import { certificateProblems } from '../certificates/problems.ts';
import { RefusedError } from '../errors.ts';
import type { Change, Step } from '../engine/step.ts';
import type { ReadableHost } from '../remote/host.ts';
import { Secret } from '../secret.ts';
import { readAuthority } from './certificate-authority.ts';

/** Keeps a node's TLS certificate: signed by the cluster's CA, for its name and address, never about to end. */
export function keepServerCertificate(cluster: Cluster, node: Node, control: ReadableHost): Step {
  const { dbctlDirectory } = instanceOf(cluster, node);
  const names = namesOf(node);
  const files = {
    authority: `${dbctlDirectory}/ca.crt`,
    certificate: `${dbctlDirectory}/server.crt`,
    key: `${dbctlDirectory}/server.key`,
  };

  async function certificateChanges(
    host: ReadableHost,
    authority: Promise<Authority | undefined>,
  ): Promise<readonly Change[]> {
    const [certificate, key] = await Promise.all([
      host.readFile(files.certificate),
      host.readFile(files.key),
    ]);
    if (!certificate || !key) return [`make a certificate for ${names.join(', ')}`];
    const trusted = (await authority)?.certificate ?? '';
    const found = { certificate: certificate.content, key: new Secret(key.content) };
    const problems = certificateProblems(found, { authority: trusted, names });
    const isOpen = key.owner !== keyAttributes.owner || key.mode !== keyAttributes.mode;
    return [...problems, ...(isOpen ? ['its key was open to others'] : [])].map(
      (problem) => `replace the certificate: ${problem}`,
    );
  }

  return {
    title: 'Keep the certificate',

    async diff(host) {
      const reading = readAuthority(cluster, control);
      const [authority, trusted, changes] = await Promise.all([
        reading,
        host.readFile(files.authority),
        certificateChanges(host, reading),
      ]);
      const stale = trusted === undefined || trusted.content !== authority?.certificate;
      return [...(stale ? [`write ${files.authority}`] : []), ...changes];
    },

    async apply(host) {
      const authority = await readAuthority(cluster, control);
      if (!authority) throw noAuthority(cluster, control.name);
      await host.writeFile(files.authority, authority.certificate, { owner: 'root:root', mode: 0o644 });
      if ((await certificateChanges(host, Promise.resolve(authority))).length === 0) return;
      const { issueServerCertificate } = await import('../certificates/issue.ts');
      const credential = await issueServerCertificate(authority, names);
      await host.writeFile(files.key, credential.key, keyAttributes);
      await host.writeFile(files.certificate, credential.certificate, {
        owner: 'postgres:postgres',
        mode: 0o644,
      });
    },
  };
}

const keyAttributes = { owner: 'postgres:postgres', mode: 0o600 };

const namesOf = ({ name, host }: Node): [string, ...string[]] => (host === name ? [name] : [name, host]);

const noAuthority = (cluster: Cluster, host: string): RefusedError =>
  new RefusedError({
    what: `${host} has no certificate authority for ${cluster.name}`,
    next: ['set up the primary first: dbctl init-primary'],
  });
