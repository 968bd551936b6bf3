export { type AccessControl, type AccessControlOptions, accessControl, type ReloadOptions } from './access-control.ts'
export type { AttributeLoader, LoadedFor } from './attribute-loader.ts'
export { type AuthZen, type AuthZenOptions, authZen } from './authzen/auth-zen.ts'
export type { Entity } from './authzen/evaluation-request.ts'
export { type RemotePermitOptions, remotePermit } from './authzen/remote-permit.ts'
export type { Difference } from './decision-point.ts'
export type { Explanation, FailedCondition } from './explanation.ts'
export type { PermitOptions } from './permit.ts'
export type { Condition, DayTime, Operand, Policy, PolicyIssue } from './policies/policy.ts'
export type { AttributeType, AttributeTypes } from './policies/value-type.ts'
export { type PolicyTest, type PolicyTestFailure, type PolicyTestReport, runPolicyTests } from './policy-tests.ts'
export {
  type AccessReview,
  type AccessReviewOptions,
  type HolderReview,
  type RoleReview,
  reviewAccess,
} from './review/access-review.ts'
export { type PermissionUse, type PermissionUseRecorder, recordPermissionUse } from './review/permission-use.ts'
export { reviewReport } from './review/review-report.ts'
export { type MemoryRoleGrants, memoryRoleGrants } from './roles/memory-role-grants.ts'
export type { PermissionText } from './roles/permission.ts'
export type { RoleGrant, RoleHolder } from './roles/role-grant.ts'
export { type GrantedRolesOptions, grantedRoles, type RoleGrantStore, type RoleSource } from './roles/role-grants.ts'
export type { RoleDefinition, RoleDefinitions } from './roles/role-graph.ts'
export type { Separation } from './roles/separation.ts'
export type { ScopeMeaning } from './roles/subjects.ts'
export type { RuleSet } from './rule-set.ts'
export type { Rules } from './rules.ts'
export type { RowFilter, RowFilterOptions } from './sql/row-filter.ts'
export type { ProtectedTable, RowSecurity } from './sql/row-security.ts'
