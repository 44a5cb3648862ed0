// One environment of the connector: its resource group and everything in it.
// `azd provision` deploys it with main.parameters.json; what sets environments apart lies in environments.json.
targetScope = 'subscription'

@minLength(1)
@maxLength(20)
@description('Name of the azd environment; one environment, one resource group.')
param environmentName string

@description('Azure region. It has to offer Flex Consumption.')
param location string

@allowed(['development', 'test', 'production'])
@description('Which column of environments.json applies.')
param profile string

@allowed(['', 'Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
@description('Copies of what is stored; empty = over zones where the profile wants it and the region has them.')
param storageSku string = ''

@description('Settings that differ from deployment to deployment and are handed on as they are; nothing secret.')
param given object

@description('Root of Business Central\'s API v2.0, up to and including /api/v2.0.')
param bcApiRoot string

@secure()
@description('Its secret, written to the vault if it is given.')
param bcClientSecret string = ''

@secure()
@description('That user\'s web service access key, written to the vault if it is given.')
param bcWebServiceKey string = ''

@secure()
@description('Its client secret, written to the vault if it is given.')
param shopifyClientSecret string = ''

@secure()
@description('The client secret before the last rotation; only while both are valid.')
param shopifyPreviousClientSecret string = ''

@description('Amazon SQS queue with Shopify\'s deliveries; empty = Shopify delivers to this app.')
param eventQueueUrl string = ''

@description('Access key that may read and empty that queue, and nothing else.')
param eventQueueAccessKeyId string = ''

@secure()
@description('Its secret, written to the vault if it is given.')
param eventQueueSecretAccessKey string = ''

@description('Address at which browsers and Shopify reach the app; empty = the app\'s own address.')
param publicUrl string = ''

@description('Client id of the Entra app registration that people sign in with; empty = keys only.')
param signInClientId string = ''

@allowed(['true', 'false'])
@description('true: a function key alone opens nothing, machines sign in too.')
param requireSignIn string = 'false'

@description('Who is told of alerts, by e-mail; empty = alerts are shown in the portal only.')
param alertEmail string = ''

var choices = loadJsonContent('environments.json')[profile]
var zones = choices.zoneRedundant && contains(loadJsonContent('regions-with-zones.json'), location)
// While there is no queue to drain its timer need not cost an execution a minute.
var withoutQueue = empty(eventQueueUrl) ? { EVENT_QUEUE_SCHEDULE: '0 0 0 1 1 *' } : {}
var settings = union(loadJsonContent('settings.json'), choices.settings, withoutQueue)
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

module packageIdentity 'modules/identity.bicep' = {
  name: 'package-identity'
  scope: group
  params: { name: 'id-${token}-package', location: location, tags: tags }
}

module package 'modules/package.bicep' = {
  name: 'package'
  scope: group
  params: { name: 'pkg${token}', location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    sku: empty(storageSku) ? (zones ? 'Standard_ZRS' : 'Standard_LRS') : storageSku
    audited: choices.auditStorage
    workspaceId: monitoring.outputs.workspaceId
    // The app removes old captures and exports itself; this catches what it left behind.
    captureDays: int(settings.CAPTURE_RETENTION_DAYS) + 30
    exportDays: int(settings.PRIVACY_EXPORT_RETENTION_DAYS) + 30
  }
}

module tokenVault 'modules/vault.bicep' = {
  name: 'token-vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    purgeProtection: choices.purgeProtection
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kvs-${token}'
    location: location
    tags: tags
    purgeProtection: choices.purgeProtection
    workspaceId: monitoring.outputs.workspaceId
    shopifyClientSecret: shopifyClientSecret
    shopifyPreviousClientSecret: shopifyPreviousClientSecret
    bcClientSecret: bcClientSecret
    bcWebServiceKey: bcWebServiceKey
    eventQueueSecretAccessKey: empty(eventQueueUrl) ? '' : eventQueueSecretAccessKey
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
    telemetryDays: choices.telemetryDays
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    packagePrincipalId: packageIdentity.outputs.principalId
    storageName: storage.outputs.name
    packageStorageName: package.outputs.name
    packageContainer: package.outputs.containerName
    vaultName: vault.outputs.name
    tokenVaultName: tokenVault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module functions 'modules/functions.bicep' = {
  name: 'functions'
  scope: group
  // Before it has its roles the app could neither read its package nor take its storage locks.
  dependsOn: [roles]
  params: {
    name: 'func-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    profile: profile
    choices: choices
    settings: settings
    identityName: identity.outputs.name
    packageIdentityName: packageIdentity.outputs.name
    storageName: storage.outputs.name
    packageStorageName: package.outputs.name
    packageContainer: package.outputs.containerName
    vaultName: vault.outputs.name
    tokenVaultName: tokenVault.outputs.name
    insightsName: monitoring.outputs.insightsName
    publicUrl: publicUrl
    rotatingShopifySecret: !empty(shopifyPreviousClientSecret)
    given: given
    workedOut: {
      BC_API_ROOT: bcApiRoot
      EVENT_QUEUE_URL: eventQueueUrl
      EVENT_QUEUE_ACCESS_KEY_ID: empty(eventQueueUrl) ? '' : eventQueueAccessKeyId
      REQUIRE_SIGN_IN: requireSignIn
    }
  }
}

module authentication 'modules/authentication.bicep' = if (!empty(signInClientId)) {
  name: 'authentication'
  scope: group
  params: { functionsName: functions.outputs.name, clientId: signInClientId }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    insightsName: monitoring.outputs.insightsName
    location: location
    tags: tags
    email: alertEmail
  }
}

@description('Where the connector answers; PUBLIC_URL unless another address was given.')
output FUNCTIONS_URL string = functions.outputs.url
output FUNCTIONS_NAME string = functions.outputs.name
output VAULT_NAME string = vault.outputs.name
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
