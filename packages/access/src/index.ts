export { type AccessControl, type AccessControlOptions, accessControl } from './access-control.ts'
export type { PermissionText } from './roles/permission.ts'
export type { RoleDefinition, RoleDefinitions } from './roles/role-graph.ts'
export type { ScopeMeaning } from './roles/role-sets.ts'
