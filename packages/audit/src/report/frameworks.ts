import type { AuditEventName, AuditOutcome } from '../event/audit-event.ts'

export type FrameworkName = 'pci' | 'soc2' | 'gdpr' | 'owasp'

/** One requirement, and the events that are evidence of it. */
export interface Control {
  readonly id: string
  readonly title: string
  readonly names: readonly AuditEventName[]
  /** Only these outcomes count. Default: all. */
  readonly outcomes?: readonly AuditOutcome[]
  /** It should leave evidence every day; a day without any is a gap. */
  readonly daily?: boolean
}

export interface Framework {
  readonly title: string
  readonly controls: readonly Control[]
}

const AUTHENTICATION: readonly AuditEventName[] = [
  'authn_login_success',
  'authn_login_fail',
  'authn_logout',
  'authn_token_created',
  'authn_token_revoked',
  'authn_password_change',
]
const SENSITIVE: readonly AuditEventName[] = [
  'sensitive_create',
  'sensitive_read',
  'sensitive_update',
  'sensitive_delete',
]
const ACCOUNTS: readonly AuditEventName[] = ['user_created', 'user_updated', 'user_deleted', 'authz_change']

/** What each framework asks evidence for, as far as an audit trail can give it. */
export const FRAMEWORKS: Readonly<Record<FrameworkName, Framework>> = {
  pci: {
    title: 'PCI DSS 4.0.1',
    controls: [
      { id: '10.2.1.1', title: 'Access to cardholder data by individuals', names: SENSITIVE, daily: true },
      {
        id: '10.2.1.2',
        title: 'Actions by individuals with administrative access',
        names: ['authz_admin', 'config_changed'],
      },
      { id: '10.2.1.4', title: 'Invalid logical access attempts', names: ['authn_login_fail', 'authz_fail'] },
      {
        id: '10.2.1.5',
        title: 'Changes to identification and authentication credentials',
        names: [...ACCOUNTS, 'authn_password_change', 'secret_rotated'],
      },
      {
        id: '10.2.1.6',
        title: 'Initialization, starting and stopping of audit logs',
        names: ['sys_startup', 'sys_shutdown', 'trail_recovered', 'trail_lost', 'trail_restored'],
      },
      {
        id: '10.2.1.7',
        title: 'Creation and deletion of system-level objects',
        names: ['config_changed', 'trail_pruned'],
      },
      {
        id: '10.2.2',
        title: 'Who, what, when, where and outcome of each request',
        names: ['request_completed'],
        daily: true,
      },
      { id: '3.6.1', title: 'Access to cryptographic keys', names: ['secret_accessed', 'secret_rotated'] },
      {
        id: '6.4.1',
        title: 'Attacks on public-facing applications are met',
        names: ['input_validation_fail', 'excess_rate_limit_exceeded', 'malicious_extraneous'],
      },
    ],
  },
  soc2: {
    title: 'SOC 2 (Trust Services Criteria 2017)',
    controls: [
      { id: 'CC6.1', title: 'Logical access is restricted', names: [...AUTHENTICATION, 'authz_fail'], daily: true },
      { id: 'CC6.2', title: 'Users are registered and removed', names: ['user_created', 'user_deleted'] },
      { id: 'CC6.3', title: 'Access is changed by role', names: ['authz_change', 'user_updated'] },
      {
        id: 'CC6.6',
        title: 'Threats from outside are met',
        names: ['excess_rate_limit_exceeded', 'malicious_extraneous', 'input_validation_fail'],
      },
      { id: 'CC7.2', title: 'Operation is monitored', names: ['request_completed'], daily: true },
      {
        id: 'CC7.3',
        title: 'Security events are evaluated',
        names: ['guard_failed', 'breaker_opened', 'breaker_closed'],
      },
      { id: 'CC7.5', title: 'Recovery from incidents', names: ['trail_recovered', 'trail_restored', 'sys_startup'] },
      { id: 'CC8.1', title: 'Changes are recorded', names: ['config_changed'] },
      { id: 'C1.2', title: 'Confidential information is disposed of', names: ['sensitive_delete', 'subject_erased'] },
    ],
  },
  gdpr: {
    title: 'GDPR',
    controls: [
      {
        id: 'Art. 5(2)',
        title: 'Accountability: processing is recorded',
        names: ['request_completed', 'operation_completed'],
        daily: true,
      },
      { id: 'Art. 7', title: 'Consent given and withdrawn', names: ['consent_given', 'consent_withdrawn'] },
      { id: 'Art. 15, 20', title: 'Access and portability', names: ['subject_exported'] },
      { id: 'Art. 16', title: 'Rectification', names: ['sensitive_update', 'user_updated'] },
      { id: 'Art. 17', title: 'Erasure', names: ['subject_erased', 'sensitive_delete', 'user_deleted'] },
      { id: 'Art. 30', title: 'Access to personal data', names: SENSITIVE },
      { id: 'Art. 32', title: 'Security of processing', names: ['authn_login_fail', 'authz_fail', 'secret_rotated'] },
      {
        id: 'Art. 33',
        title: 'Signs of a breach',
        names: ['malicious_extraneous', 'authn_login_fail', 'excess_rate_limit_exceeded'],
        outcomes: ['refused', 'failure'],
      },
    ],
  },
  owasp: {
    title: 'OWASP API Security Top 10 2023',
    controls: [
      {
        id: 'API1, API3, API5',
        title: 'Broken authorization: refusals by object, property and function',
        names: ['authz_fail'],
      },
      { id: 'API2', title: 'Broken authentication: failed and successful logins', names: AUTHENTICATION },
      {
        id: 'API4',
        title: 'Unrestricted resource consumption: limits that were reached',
        names: ['excess_rate_limit_exceeded'],
      },
      {
        id: 'API6',
        title: 'Unrestricted access to sensitive flows',
        names: ['operation_intended', 'operation_completed', ...SENSITIVE],
      },
      {
        id: 'API7, API10',
        title: 'Calls to other services',
        names: ['upstream_called', 'breaker_opened', 'breaker_closed'],
      },
      {
        id: 'API8',
        title: 'Security misconfiguration: changes of configuration, guards that failed',
        names: ['config_changed', 'guard_failed'],
      },
      { id: 'API9', title: 'Inventory: requests by route', names: ['request_completed'], daily: true },
      {
        id: 'A03',
        title: 'Injection: input that was refused',
        names: ['input_validation_fail', 'malicious_extraneous'],
      },
      {
        id: 'A09',
        title: 'Logging: the trail is kept and recovered',
        names: ['trail_recovered', 'trail_restored', 'trail_pruned', 'sys_startup'],
      },
    ],
  },
}
