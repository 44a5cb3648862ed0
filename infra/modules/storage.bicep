// The storage account: everything the connector keeps. Reached by identity only.
// The connector makes what is missing when it first writes; the lists say what there is, and tests hold them to it.
param name string
param location string
param tags object
param sku string

@description('Captures of this age are removed, whatever the app does.')
param captureDays int

@description('Files of data requests of this age are removed, whatever the app does.')
param exportDays int

@description('Whether each call that reads or changes something is written down in the workspace.')
param audited bool

param workspaceId string

var containers = [
  'captures'
  'privacy-exports'
]
var queues = [
  'sync-jobs'
  'sync-jobs-poison'
  'webhook-commands'
  'webhook-commands-poison'
]
var tables = [
  'AccessRequests'
  'AccessTokens'
  'Arrivals'
  'AskedRuns'
  'ChangedRecords'
  'DataCaptures'
  'Disputes'
  'Environment'
  'Leases'
  'Links'
  'LogPurges'
  'MergedCustomers'
  'Operations'
  'Payouts'
  'PrivacyRequests'
  'RecordNames'
  'RedactedRecords'
  'RefusedDeliveries'
  'ShopAccess'
  'Shops'
  'SkippedRecords'
  'SyncRuns'
  'SynchronizationInfo'
]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    // Erased is erased: what a privacy request removes must not linger as a soft-deleted blob.
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [for each in containers: {
  parent: blobService
  name: each
  properties: { publicAccess: 'None' }
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = [for each in queues: {
  parent: queueService
  name: each
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = [for each in tables: {
  parent: tableService
  name: each
}]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'old-captures'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['captures/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: captureDays } } }
          }
        }
        {
          name: 'old-privacy-exports'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['privacy-exports/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: exportDays } } }
          }
        }
      ]
    }
  }
}

var calls = [
  { category: 'StorageRead', enabled: true }
  { category: 'StorageWrite', enabled: true }
  { category: 'StorageDelete', enabled: true }
]

resource blobAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (audited) {
  name: 'audit'
  scope: blobService
  properties: { workspaceId: workspaceId, logs: calls }
}

resource tableAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (audited) {
  name: 'audit'
  scope: tableService
  properties: { workspaceId: workspaceId, logs: calls }
}

resource queueAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (audited) {
  name: 'audit'
  scope: queueService
  properties: {
    workspaceId: workspaceId
    // Not StorageRead: the host looks into every queue every two seconds, and would drown the rest.
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

output name string = account.name
