// A key vault: that of the app's own secrets, or that of shops' tokens, which the connector writes itself.
// A secret that is not given is left as it is in the vault, e.g. as somebody put it there by hand.
param name string
param location string
param tags object
param purgeProtection bool
param workspaceId string

@secure()
param shopifyClientSecret string = ''

@secure()
param shopifyPreviousClientSecret string = ''

@secure()
param bcClientSecret string = ''

@secure()
param bcWebServiceKey string = ''

@secure()
param eventQueueSecretAccessKey string = ''

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // Cannot be taken back, and false is refused: so it is either true or left out.
    enablePurgeProtection: purgeProtection ? true : null
  }
}

// Who read or wrote which secret, and when.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

resource shopifySecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(shopifyClientSecret)) {
  parent: vault
  name: 'shopify-client-secret'
  properties: { value: shopifyClientSecret }
}

resource shopifyPreviousSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(shopifyPreviousClientSecret)) {
  parent: vault
  name: 'shopify-previous-client-secret'
  properties: { value: shopifyPreviousClientSecret }
}

resource bcSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(bcClientSecret)) {
  parent: vault
  name: 'bc-client-secret'
  properties: { value: bcClientSecret }
}

resource bcKey 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(bcWebServiceKey)) {
  parent: vault
  name: 'bc-web-service-key'
  properties: { value: bcWebServiceKey }
}

resource eventQueueSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(eventQueueSecretAccessKey)) {
  parent: vault
  name: 'event-queue-secret-access-key'
  properties: { value: eventQueueSecretAccessKey }
}

output name string = vault.name
