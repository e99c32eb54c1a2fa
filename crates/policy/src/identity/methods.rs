//! The known ways to more rights, one line each: Rhino Security's list of 2018 and what was found since.
//!
//! Where a way needs one of several actions, all stand in one list. Which services are given a role matters, since a
//! statement may name the ones to which a role may be passed.

use super::method::{Method, assumes, centre, commands, passes, takes, unbounds, writes};

const GROUP: &str = "iam::{a}:group/*";
const POLICY: &str = "iam::{a}:policy/*";
const ROLE: &str = "iam::{a}:role/*";
const USER: &str = "iam::{a}:user/*";
const INSTANCE: &str = "ec2:*:{a}:instance/*";
const FUNCTION: &str = "lambda:*:{a}:function:*";
const NOTEBOOK: &str = "sagemaker:*:{a}:notebook-instance/*";
const PERMISSION_SET: &str = "sso:::permissionSet/*";
const STACK: &str = "cloudformation:*:{a}:stack/*";

const AGENT: &str = "bedrock-agentcore.amazonaws.com";
const CODE_BUILD: &str = "codebuild.amazonaws.com";
const EC2: &str = "ec2.amazonaws.com";
const ECS: &str = "ecs-tasks.amazonaws.com";
const FORMATION: &str = "cloudformation.amazonaws.com";
const GLUE: &str = "glue.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";
const SAGE_MAKER: &str = "sagemaker.amazonaws.com";

const CALLS_FUNCTION: &[&str] = &[
    "lambda:AddPermission",
    "lambda:CreateEventSourceMapping",
    "lambda:CreateFunctionUrlConfig",
    "lambda:InvokeFunction",
];
const BUILDS: &[&str] = &["codebuild:StartBuild", "codebuild:StartBuildBatch"];
const RUNS_JOB: &[&str] = &["glue:CreateTrigger", "glue:StartJobRun"];
const RUNS_TASK: &[&str] = &["ecs:CreateService", "ecs:RunTask", "ecs:StartTask", "ecs:UpdateService"];
const MAKES_GROUP: &[&str] = &["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup"];
const PROVISIONS: &[&str] = &["sso:ProvisionPermissionSet"];

/// Every known way, by kind.
pub const METHODS: &[Method] = &[
    writes("iam_attach_group_policy", "iam:AttachGroupPolicy", GROUP),
    writes("iam_attach_role_policy", "iam:AttachRolePolicy", ROLE),
    writes("iam_attach_user_policy", "iam:AttachUserPolicy", USER),
    writes("iam_create_policy_version", "iam:CreatePolicyVersion", POLICY),
    writes("iam_put_group_policy", "iam:PutGroupPolicy", GROUP),
    writes("iam_put_role_policy", "iam:PutRolePolicy", ROLE),
    writes("iam_put_user_policy", "iam:PutUserPolicy", USER),
    writes("iam_set_default_policy_version", "iam:SetDefaultPolicyVersion", POLICY),
    unbounds("iam_delete_role_permissions_boundary", "iam:DeleteRolePermissionsBoundary", ROLE),
    unbounds("iam_delete_user_permissions_boundary", "iam:DeleteUserPermissionsBoundary", USER),
    unbounds("iam_put_role_permissions_boundary", "iam:PutRolePermissionsBoundary", ROLE),
    unbounds("iam_put_user_permissions_boundary", "iam:PutUserPermissionsBoundary", USER),
    takes("iam_add_user_to_group", "iam:AddUserToGroup", GROUP),
    takes("iam_create_access_key", "iam:CreateAccessKey", USER),
    takes("iam_create_login_profile", "iam:CreateLoginProfile", USER),
    takes("iam_create_service_specific_credential", "iam:CreateServiceSpecificCredential", USER),
    takes("iam_reset_service_specific_credential", "iam:ResetServiceSpecificCredential", USER),
    takes("iam_update_assume_role_policy", "iam:UpdateAssumeRolePolicy", ROLE),
    takes("iam_update_login_profile", "iam:UpdateLoginProfile", USER),
    takes("iam_update_saml_provider", "iam:UpdateSAMLProvider", "iam::{a}:saml-provider/*"),
    assumes("sts_assume_role", "sts:AssumeRole", ROLE),
    assumes("sts_assume_root", "sts:AssumeRoot", "iam::*:root"),
    passes("pass_role_apprunner_create_service", "tasks.apprunner.amazonaws.com", &[&["apprunner:CreateService"]]),
    passes("pass_role_autoscaling_group", EC2, &[&["autoscaling:CreateLaunchConfiguration"], MAKES_GROUP]),
    passes("pass_role_autoscaling_launch_template", EC2, &[&["ec2:CreateLaunchTemplate"], MAKES_GROUP]),
    passes("pass_role_batch_submit_job", ECS, &[&["batch:RegisterJobDefinition"], &["batch:SubmitJob"]]),
    passes("pass_role_bedrock_agent_runtime", AGENT, &[&["bedrock-agentcore:CreateAgentRuntime"]]),
    passes(
        "pass_role_bedrock_code_interpreter",
        AGENT,
        &[
            &["bedrock-agentcore:CreateCodeInterpreter"],
            &["bedrock-agentcore:StartCodeInterpreterSession"],
            &["bedrock-agentcore:InvokeCodeInterpreter"],
        ],
    ),
    passes("pass_role_braket_create_job", "braket.amazonaws.com", &[&["braket:CreateJob"]]),
    passes(
        "pass_role_cloudformation_change_set",
        FORMATION,
        &[&["cloudformation:CreateChangeSet"], &["cloudformation:ExecuteChangeSet"]],
    ),
    passes("pass_role_cloudformation_create_stack", FORMATION, &[&["cloudformation:CreateStack"]]),
    passes(
        "pass_role_cloudformation_stack_set",
        FORMATION,
        &[
            &["cloudformation:CreateStackSet", "cloudformation:UpdateStackSet"],
            &["cloudformation:CreateStackInstances", "cloudformation:UpdateStackSet"],
        ],
    ),
    passes("pass_role_cloudformation_update_stack", FORMATION, &[&["cloudformation:UpdateStack"]]),
    passes("pass_role_codebuild_create_project", CODE_BUILD, &[&["codebuild:CreateProject"], BUILDS]),
    passes("pass_role_codebuild_update_project", CODE_BUILD, &[&["codebuild:UpdateProject"], BUILDS]),
    passes("pass_role_codepipeline_create", "codepipeline.amazonaws.com", &[&["codepipeline:CreatePipeline"]]),
    passes("pass_role_codestar_create_project", "codestar.amazonaws.com", &[&["codestar:CreateProject"]]),
    passes(
        "pass_role_cognito_identity_pool",
        "cognito-identity.amazonaws.com",
        &[&["cognito-identity:SetIdentityPoolRoles"], &["cognito-identity:GetId"]],
    ),
    passes("pass_role_databrew_recipe_job", "databrew.amazonaws.com", &[&["databrew:CreateRecipeJob"]]),
    passes(
        "pass_role_datapipeline_create",
        "datapipeline.amazonaws.com",
        &[
            &["datapipeline:CreatePipeline"],
            &["datapipeline:PutPipelineDefinition"],
            &["datapipeline:ActivatePipeline"],
        ],
    ),
    passes(
        "pass_role_ec2_associate_profile",
        EC2,
        &[&["ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation"]],
    ),
    passes("pass_role_ec2_request_spot", EC2, &[&["ec2:RequestSpotFleet", "ec2:RequestSpotInstances"]]),
    passes("pass_role_ec2_run_instances", EC2, &[&["ec2:RunInstances"]]),
    passes("pass_role_ecs_run_registered_task", ECS, &[&["ecs:RunTask", "ecs:StartTask"]]),
    passes("pass_role_ecs_run_task", ECS, &[&["ecs:RegisterTaskDefinition"], RUNS_TASK]),
    passes("pass_role_eks_pod_identity", "pods.eks.amazonaws.com", &[&["eks:CreatePodIdentityAssociation"]]),
    passes("pass_role_emr_run_job_flow", EC2, &[&["elasticmapreduce:RunJobFlow"]]),
    passes(
        "pass_role_emr_serverless_job",
        "emr-serverless.amazonaws.com",
        &[&["emr-serverless:CreateApplication"], &["emr-serverless:StartJobRun"]],
    ),
    passes("pass_role_events_put_targets", "events.amazonaws.com", &[&["events:PutRule"], &["events:PutTargets"]]),
    passes("pass_role_glue_create_job", GLUE, &[&["glue:CreateJob"], RUNS_JOB]),
    passes("pass_role_glue_create_session", GLUE, &[&["glue:CreateSession"], &["glue:RunStatement"]]),
    passes("pass_role_glue_dev_endpoint", GLUE, &[&["glue:CreateDevEndpoint"]]),
    passes("pass_role_glue_update_job", GLUE, &[&["glue:UpdateJob"], RUNS_JOB]),
    passes(
        "pass_role_imagebuilder_create_image",
        EC2,
        &[&["imagebuilder:CreateInfrastructureConfiguration"], &["imagebuilder:CreateImage"]],
    ),
    passes("pass_role_lambda_create_function", LAMBDA, &[&["lambda:CreateFunction"], CALLS_FUNCTION]),
    passes(
        "pass_role_lambda_update_role",
        LAMBDA,
        &[&["lambda:UpdateFunctionConfiguration"], &["lambda:UpdateFunctionCode"]],
    ),
    passes(
        "pass_role_roles_anywhere",
        "rolesanywhere.amazonaws.com",
        &[&["rolesanywhere:CreateTrustAnchor"], &["rolesanywhere:CreateProfile"]],
    ),
    passes(
        "pass_role_sagemaker_job",
        SAGE_MAKER,
        &[&["sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"]],
    ),
    passes("pass_role_sagemaker_notebook", SAGE_MAKER, &[&["sagemaker:CreateNotebookInstance"]]),
    passes("pass_role_scheduler_create_schedule", "scheduler.amazonaws.com", &[&["scheduler:CreateSchedule"]]),
    passes("pass_role_ssm_start_automation", "ssm.amazonaws.com", &[&["ssm:StartAutomationExecution"]]),
    passes(
        "pass_role_states_create_machine",
        "states.amazonaws.com",
        &[
            &["states:CreateStateMachine", "states:UpdateStateMachine"],
            &["states:StartExecution", "states:StartSyncExecution"],
        ],
    ),
    commands("apprunner_update_service", "apprunner:UpdateService", "apprunner:*:{a}:service/*", &[]),
    commands(
        "bedrock_invoke_code_interpreter",
        "bedrock-agentcore:InvokeCodeInterpreter",
        "bedrock-agentcore:*:{a}:code-interpreter*/*",
        &[&["bedrock-agentcore:StartCodeInterpreterSession"]],
    ),
    commands(
        "cloudformation_change_set",
        "cloudformation:ExecuteChangeSet",
        STACK,
        &[&["cloudformation:CreateChangeSet"]],
    ),
    commands("cloudformation_update_stack", "cloudformation:UpdateStack", STACK, &[]),
    commands("codebuild_start_build", "codebuild:StartBuild", "codebuild:*:{a}:project/*", &[]),
    commands("codebuild_start_build_batch", "codebuild:StartBuildBatch", "codebuild:*:{a}:project/*", &[]),
    commands("ec2_instance_connect", "ec2-instance-connect:SendSSHPublicKey", INSTANCE, &[]),
    commands(
        "ec2_launch_template",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:*:{a}:launch-template/*",
        &[&["ec2:ModifyLaunchTemplate"]],
    ),
    commands(
        "ec2_modify_user_data",
        "ec2:ModifyInstanceAttribute",
        INSTANCE,
        &[&["ec2:StopInstances"], &["ec2:StartInstances"]],
    ),
    commands("ec2_serial_console", "ec2-instance-connect:SendSerialConsoleSSHPublicKey", INSTANCE, &[]),
    commands("ecs_execute_command", "ecs:ExecuteCommand", "ecs:*:{a}:task/*", &[]),
    commands(
        "eks_create_access_entry",
        "eks:CreateAccessEntry",
        "eks:*:{a}:cluster/*",
        &[&["eks:AssociateAccessPolicy"]],
    ),
    commands("glue_update_dev_endpoint", "glue:UpdateDevEndpoint", "glue:*:{a}:devEndpoint/*", &[]),
    commands("glue_update_job", "glue:UpdateJob", "glue:*:{a}:job/*", &[RUNS_JOB]),
    commands("lambda_update_function_code", "lambda:UpdateFunctionCode", FUNCTION, &[]),
    commands("lambda_update_function_configuration", "lambda:UpdateFunctionConfiguration", FUNCTION, &[]),
    commands(
        "sagemaker_notebook_lifecycle",
        "sagemaker:UpdateNotebookInstance",
        NOTEBOOK,
        &[
            &["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:UpdateNotebookInstanceLifecycleConfig"],
            &["sagemaker:StopNotebookInstance"],
            &["sagemaker:StartNotebookInstance"],
        ],
    ),
    commands("sagemaker_notebook_url", "sagemaker:CreatePresignedNotebookInstanceUrl", NOTEBOOK, &[]),
    commands("ssm_create_association", "ssm:CreateAssociation", INSTANCE, &[]),
    commands("ssm_send_command", "ssm:SendCommand", INSTANCE, &[]),
    commands("ssm_start_session", "ssm:StartSession", INSTANCE, &[]),
    commands("states_update_machine", "states:UpdateStateMachine", "states:*:{a}:stateMachine:*", &[]),
    centre("identitystore_create_membership", "identitystore:CreateGroupMembership", "*", &[]),
    centre(
        "sso_attach_customer_policy",
        "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
        PERMISSION_SET,
        &[PROVISIONS],
    ),
    centre("sso_attach_managed_policy", "sso:AttachManagedPolicyToPermissionSet", PERMISSION_SET, &[PROVISIONS]),
    centre("sso_create_account_assignment", "sso:CreateAccountAssignment", PERMISSION_SET, &[]),
    centre("sso_directory_add_member", "sso-directory:AddMemberToGroup", "*", &[]),
    centre("sso_put_inline_policy", "sso:PutInlinePolicyToPermissionSet", PERMISSION_SET, &[PROVISIONS]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let names: BTreeSet<&str> = METHODS.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), METHODS.len());
        for method in METHODS {
            assert!(method.name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_'));
            assert_eq!(method.passed_to.is_some(), method.action == "iam:PassRole", "{}", method.name);
            assert!(method.on == "*" || method.on.split(':').count() >= 4, "{}", method.on);
        }
    }

    #[test]
    fn the_list_of_2018_is_among_them() {
        for action in [
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:UpdateLoginProfile",
            "iam:AttachUserPolicy",
            "iam:AttachGroupPolicy",
            "iam:AttachRolePolicy",
            "iam:PutUserPolicy",
            "iam:PutGroupPolicy",
            "iam:PutRolePolicy",
            "iam:AddUserToGroup",
            "iam:UpdateAssumeRolePolicy",
            "lambda:UpdateFunctionCode",
            "glue:UpdateDevEndpoint",
        ] {
            assert!(METHODS.iter().any(|it| it.action == action && it.also.is_empty()), "{action}");
        }
        for also in [
            "ec2:RunInstances",
            "lambda:CreateFunction",
            "glue:CreateDevEndpoint",
            "cloudformation:CreateStack",
            "datapipeline:CreatePipeline",
            "sagemaker:CreateNotebookInstance",
            "codestar:CreateProject",
        ] {
            let passes = |it: &Method| it.passed_to.is_some() && it.also.iter().any(|any| any.contains(&also));
            assert!(METHODS.iter().any(passes), "{also}");
        }
    }
}
