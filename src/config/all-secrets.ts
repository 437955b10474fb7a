import { secretsIn } from '../model/redact.ts';
import { Secret } from '../model/secret.ts';
import type { Understood } from './load.ts';
import { settingRows } from './settings.ts';

/** Every secret that .env.cluster holds or names, also of settings that the cluster does not use. */
export const allSecrets = ({ cluster, origins }: Understood): readonly Secret[] => [
  ...secretsIn(cluster),
  ...settingRows.flatMap(([name, { isSecret }]) => {
    const given = isSecret ? origins.get(name) : undefined;
    return given ? [new Secret(given.text)] : [];
  }),
];
