// Alerts: every query of infra/alerts gives a row for each thing that is wrong, and a row is an alert.
// docs/observability.md says what each means and what to do.
param insightsName string
param location string
param tags object

@description('Who is told; empty = nobody, alerts are shown in the portal.')
param email string

var rules = [
  {
    name: 'nothing-applied'
    says: 'A shop has not been brought up to date for hours, or the app does not report.'
    severity: 1
    window: 'P2D'
    every: 'PT15M'
    query: loadTextContent('../alerts/nothing-applied.kql')
  }
  {
    name: 'poison-messages'
    says: 'A message failed five times and was set aside.'
    severity: 2
    window: 'PT1H'
    every: 'PT15M'
    query: loadTextContent('../alerts/poison-messages.kql')
  }
  {
    name: 'refresh-token-dying'
    says: 'A shop\'s access ends within two weeks and is not being renewed.'
    severity: 1
    window: 'PT1H'
    every: 'PT1H'
    query: loadTextContent('../alerts/refresh-token-dying.kql')
  }
  {
    name: 'skipped-records-rising'
    says: 'More and more records of a shop are skipped.'
    severity: 2
    window: 'P1D'
    every: 'PT1H'
    query: loadTextContent('../alerts/skipped-records-rising.kql')
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'connector-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'connector'
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for each in rules: {
  name: each.name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: each.name
    description: each.says
    enabled: true
    severity: each.severity
    scopes: [insights.id]
    evaluationFrequency: each.every
    windowSize: each.window
    criteria: {
      allOf: [
        {
          query: each.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          // An alert of its own for each shop: one that is late does not hide another.
          dimensions: [{ name: 'shop', operator: 'Include', values: ['*'] }]
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    // Before the first telemetry there is no table to check a query against, and the rule would be refused.
    skipQueryValidation: true
    autoMitigate: true
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}]
