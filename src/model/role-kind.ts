// The roles that dbctl makes and checks.

export const roleKinds = ['admin', 'writer', 'reader', 'replication'] as const;
export type RoleKind = (typeof roleKinds)[number];
