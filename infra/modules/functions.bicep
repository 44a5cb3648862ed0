// The function app on Flex Consumption, and its settings: those of settings.json (the defaults of the code), what
// environments.json changes of them, and what only this deployment knows. The figures: docs/decisions.
param name string
param planName string
param location string
param tags object
param profile string
param identityName string
param packageIdentityName string
param storageName string
param packageStorageName string
param packageContainer string
param vaultName string
param tokenVaultName string
param insightsName string
param publicUrl string
param rotatingShopifySecret bool

@description('The figures of environments.json for this profile.')
param choices object

@description('Settings that are the same in every deployment with this profile.')
param settings object

@description('Settings that differ from deployment to deployment; nothing secret.')
param given object

@description('Those of them that more than the app depends on.')
param workedOut object

var requestsAtOnce = 16

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource packageIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: packageIdentityName
}

resource packageStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: packageStorageName
}

resource tokenVault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: tokenVaultName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {}, '${packageIdentity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      runtime: { name: 'python', version: '3.11' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${packageStorage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: packageIdentity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: choices.instanceMemory
        maximumInstanceCount: choices.maximumInstances
        alwaysReady: choices.alwaysReady
        triggers: { http: { perInstanceConcurrency: requestsAtOnce } }
      }
    }
  }
}

// Nobody deploys with a user name and a password: azd and the Azure CLI come with a token of Entra.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

var secret = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/'
var byIdentity = {
  AzureWebJobsStorage__accountName: storage.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  AZURE_CLIENT_ID: identity.properties.clientId
  KEY_VAULT_URL: tokenVault.properties.vaultUri
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
}
var secrets = {
  SHOPIFY_CLIENT_SECRET: empty(given.SHOPIFY_CLIENT_ID) ? '' : '${secret}shopify-client-secret)'
  SHOPIFY_PREVIOUS_CLIENT_SECRET: rotatingShopifySecret ? '${secret}shopify-previous-client-secret)' : ''
  BC_CLIENT_SECRET: empty(given.BC_CLIENT_ID) ? '' : '${secret}bc-client-secret)'
  BC_WEB_SERVICE_KEY: empty(given.BC_USER) ? '' : '${secret}bc-web-service-key)'
  EVENT_QUEUE_SECRET_ACCESS_KEY: empty(workedOut.EVENT_QUEUE_ACCESS_KEY_ID) ? '' : '${secret}event-queue-secret-access-key)'
}
var ofThisApp = {
  ENVIRONMENT: profile
  PUBLIC_URL: empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl
  PYTHON_THREADPOOL_THREAD_COUNT: string(2 * requestsAtOnce)
  // Read by App Service authentication and by the app: tokens of other tenants open nothing.
  WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenant().tenantId
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, given, workedOut, byIdentity, secrets, ofThisApp)
}

output name string = app.name
output url string = ofThisApp.PUBLIC_URL
