// What pgBackRest answered on real hosts to `info --output=json`.

/** 2.45: a full and a differential backup, encrypted, while another one runs. */
export const infoOf245 =
  '[{"archive":[{"database":{"id":1,"repo-key":1},"id":"15-1","max":"00000001000000000000000B","min":"000000010000000000000003"}],"backup":[{"archive":{"start":"000000010000000000000003","stop":"000000010000000000000004"},"backrest":{"format":5,"version":"2.45"},"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":30788605,"repository":{"delta":4108336,"size":4108336},"size":30788605},"label":"20261121-110340F","lsn":{"start":"0/3000028","stop":"0/4000050"},"prior":null,"reference":null,"timestamp":{"start":1795259020,"stop":1795259022},"type":"full"},{"archive":{"start":"000000010000000000000008","stop":"000000010000000000000009"},"backrest":{"format":5,"version":"2.45"},"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":28901641,"repository":{"delta":11126192,"size":15061376},"size":58108924},"label":"20261121-110340F_20261121-110344D","lsn":{"start":"0/8000028","stop":"0/9000050"},"prior":"20261121-110340F","reference":["20261121-110340F"],"timestamp":{"start":1795259024,"stop":1795259027},"type":"diff"}],"cipher":"aes-256-cbc","db":[{"id":1,"repo-key":1,"system-id":7710578750814175383,"version":"15"}],"name":"shop","repo":[{"cipher":"aes-256-cbc","key":1,"status":{"code":0,"message":"ok"}}],"status":{"code":0,"lock":{"backup":{"held":true}},"message":"ok"}}]';

/** 2.55.1: a block-incremental backup, while another one runs (the bytes copied were set to a quarter). */
export const infoOf255 =
  '[{"archive":[{"database":{"id":1,"repo-key":1},"id":"17-1","max":"00000001000000000000000B","min":"000000010000000000000003"}],"backup":[{"archive":{"start":"00000001000000000000000A","stop":"00000001000000000000000B"},"backrest":{"format":5,"version":"2.55.1"},"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":8450,"repository":{"delta":440,"delta-map":0,"size-map":43520},"size":58854457},"label":"20261121-110012F_20261121-110018I","lsn":{"start":"0/A000028","stop":"0/B000050"},"prior":"20261121-110012F_20261121-110015D","reference":["20261121-110012F","20261121-110012F_20261121-110015D"],"timestamp":{"start":1795258818,"stop":1795258820},"type":"incr"}],"cipher":"none","db":[{"id":1,"repo-key":1,"system-id":7710577755734573251,"version":"17"}],"name":"shop","repo":[{"cipher":"none","key":1,"status":{"code":0,"message":"ok"}}],"status":{"code":0,"lock":{"backup":{"held":true,"size":537266913,"size-cplt":134316728}},"message":"ok"}}]';

/** 2.55.1, right after stanza-create. */
export const infoWithoutBackups =
  '[{"archive":[{"database":{"id":1,"repo-key":1},"id":"17-1","max":null,"min":null}],"backup":[],"cipher":"aes-256-cbc","db":[{"id":1,"repo-key":1,"system-id":7710577755734573251,"version":"17"}],"name":"shop","repo":[{"cipher":"aes-256-cbc","key":1,"status":{"code":2,"message":"no valid backups"}}],"status":{"code":2,"lock":{"backup":{"held":false}},"message":"no valid backups"}}]';

/** 2.55.1, before stanza-create. */
export const infoWithoutStanza =
  '[{"archive":[],"backup":[],"cipher":"aes-256-cbc","db":[],"name":"shop","repo":[{"cipher":"aes-256-cbc","key":1,"status":{"code":1,"message":"missing stanza path"}}],"status":{"code":1,"lock":{"backup":{"held":false}},"message":"missing stanza path"}}]';
