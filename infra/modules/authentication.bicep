// People sign in with Microsoft Entra; roles come from the app registration (infra/entra-app-roles.json).
// Nobody is turned away here: webhooks and Shopify's way back are signed, machines bring a key, and the app
// itself decides what a person may do.
param functionsName string
param clientId string

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionsName
}

resource authentication 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [clientId, 'api://${clientId}']
        }
      }
    }
    // No token is needed after signing in, so none is kept.
    login: { tokenStore: { enabled: false } }
  }
}
