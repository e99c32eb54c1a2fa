SELECT
  account_id
, region
, day
, eventid AS event_id
, CAST(REPLACE(REPLACE(eventtime, 'T', ' '), 'Z', '') AS timestamp) AS event_time
, eventname AS event_name
, eventsource AS event_source
, eventtype AS event_type
, useridentity.type AS actor_type
, CASE WHEN is_nameless AND COALESCE(useridentity.type, '') <> 'Root' THEN NULL ELSE useridentity.arn END AS actor_arn
, useridentity.sessioncontext.sessionissuer.arn AS session_issuer_arn
, useridentity.invokedby AS invoked_by
, sourceipaddress AS source_address
, CASE WHEN is_nameless THEN NULL ELSE SPLIT(NULLIF(CONCAT_WS(' '
  , json_extract_scalar(requestparameters, '$.groupId')
  , json_extract_scalar(requestparameters, '$.groupName')
  , json_extract_scalar(requestparameters, '$.policyArn')
  , json_extract_scalar(requestparameters, '$.policyName')
  , json_extract_scalar(requestparameters, '$.roleName')
  , json_extract_scalar(requestparameters, '$.serialNumber')
  , CASE WHEN is_root_itself THEN useridentity.arn ELSE json_extract_scalar(requestparameters, '$.userName') END
  , json_extract_scalar(responseelements, '$.securityGroupRuleSet.items[0].securityGroupRuleId')
  ), ''), ' ') END AS resources
, errorcode AS error_code
, is_failed
, CASE readonly WHEN 'true' THEN true WHEN 'false' THEN false END AS is_read_only
, CASE LOWER(COALESCE(json_extract_scalar(additionaleventdata, '$.MFAUsed'), useridentity.sessioncontext.attributes.mfaauthenticated))
  WHEN 'yes' THEN true WHEN 'true' THEN true WHEN 'no' THEN false WHEN 'false' THEN false END AS is_mfa_used
FROM (
  SELECT *
  , is_failed AND eventsource = 'signin.amazonaws.com' AS is_nameless
  , COALESCE(useridentity.type, '') = 'Root' AND COALESCE(eventname, '') IN ('CreateAccessKey', 'DeactivateMFADevice')
    AND COALESCE(json_extract_scalar(requestparameters, '$.userName'), 'AWS ROOT USER') = 'AWS ROOT USER' AS is_root_itself
  FROM (
    SELECT *
    , errorcode IS NOT NULL OR errormessage IS NOT NULL
      OR COALESCE(json_extract_scalar(responseelements, '$.ConsoleLogin'), '') = 'Failure'
      OR COALESCE(json_extract_scalar(responseelements, '$.PasswordRecoveryRequested'), '') = 'Failure' AS is_failed
    FROM cloudtrail_events
  ) AS judged
) AS named
