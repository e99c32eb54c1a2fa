//! Which layer decides each option of the metadata service at a launch, by AWS's order: what the launch itself says,
//! then its template, then the defaults of account and region (which a declarative policy may set), then the image,
//! then AWS. Each option is decided apart. An image decides tokens and the hop limit alone.

use std::collections::BTreeSet;

/// The layers, as rows name them.
pub(super) const LAUNCH_TEMPLATE: &str = "launch_template";
pub(super) const LAUNCH_CONFIGURATION: &str = "launch_configuration";
pub(super) const ACCOUNT_DEFAULT: &str = "account_default";
pub(super) const DECLARATIVE_POLICY: &str = "declarative_policy";
pub(super) const IMAGE: &str = "image";
pub(super) const AWS_DEFAULT: &str = "aws_default";

/// The hop limit that an image with v2.0 asks for, and that of AWS.
const HOPS_OF_IMAGE: i32 = 2;
const HOPS_OF_AWS: i32 = 1;

/// The four options, as far as a layer says them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) endpoint: Option<String>,
    pub(super) tokens: Option<String>,
    pub(super) hop_limit: Option<i32>,
    pub(super) tags: Option<String>,
}

/// A layer that was read; or why not, in one word.
pub(super) type Layer<T> = Result<T, &'static str>;

/// What a launch asks for, or its template, or its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Launch {
    pub(super) by: &'static str,
    pub(super) options: Options,
}

/// The defaults of an account in a region.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Defaults {
    pub(super) options: Options,
    /// Whether a launch that would take IMDSv1 fails.
    pub(super) is_enforced: bool,
    /// Whether a declarative policy of the organization set them.
    pub(super) is_declared: bool,
}

/// All that decides a launch, but for AWS's own defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layers {
    /// What the launch asks for, the strongest first.
    pub(super) launches: Layer<Vec<Launch>>,
    pub(super) defaults: Layer<Defaults>,
    /// The `ImdsSupport` of the image.
    pub(super) image: Layer<Option<String>>,
}

/// One option of a launch: its value, and the layer that decides it. Neither, if a layer was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided<T> {
    pub(super) value: Option<T>,
    pub(super) by: Option<&'static str>,
}

/// What a launch gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextLaunch {
    pub(super) endpoint: Decided<String>,
    pub(super) tokens: Decided<String>,
    pub(super) hop_limit: Decided<i32>,
    pub(super) tags: Decided<String>,
    /// Whether it fails, because it would take IMDSv1 and the account enforces tokens.
    pub(super) is_refused: Option<bool>,
    /// Whether it takes IMDSv1.
    pub(super) is_imdsv1_answered: Option<bool>,
    /// Why something of it is not known.
    pub(super) unread: BTreeSet<&'static str>,
}

/// Whether IMDSv1 is answered. Where the endpoint is off, nothing is, whatever the tokens.
pub(super) fn is_imdsv1_answered(endpoint: Option<&str>, tokens: Option<&str>) -> Option<bool> {
    match (endpoint, tokens) {
        (Some("disabled"), _) | (_, Some("required")) => Some(false),
        (Some("enabled"), Some("optional")) => Some(true),
        _ => None,
    }
}

impl Defaults {
    fn name(&self) -> &'static str {
        if self.is_declared { DECLARATIVE_POLICY } else { ACCOUNT_DEFAULT }
    }
}

impl Layers {
    /// What a launch by these layers gets.
    pub(super) fn next_launch(&self) -> NextLaunch {
        let mut unread = BTreeSet::new();
        let text = str::to_owned;
        let endpoint = decided(self.of_account(|it| it.endpoint.clone(), text("enabled")), &mut unread);
        let tags = decided(self.of_account(|it| it.tags.clone(), text("disabled")), &mut unread);
        let tokens = self.of_image(|it| it.tokens.clone(), text("required"), text("optional"));
        let tokens = decided(tokens, &mut unread);
        let hop_limit = decided(self.of_image(|it| it.hop_limit, HOPS_OF_IMAGE, HOPS_OF_AWS), &mut unread);
        let is_asked = is_imdsv1_answered(endpoint.value.as_deref(), tokens.value.as_deref());
        let is_refused = self.is_refused(is_asked);
        if let (None, Err(why)) = (is_refused, &self.defaults) {
            unread.insert(*why);
        }
        let is_imdsv1_answered = is_refused.and_then(|is_refused| if is_refused { Some(false) } else { is_asked });
        NextLaunch { endpoint, tokens, hop_limit, tags, is_refused, is_imdsv1_answered, unread }
    }

    /// An option that the launch, its template or the account decides; else it is the given one.
    fn of_account<T>(&self, of: impl Fn(&Options) -> Option<T>, of_aws: T) -> Layer<(T, &'static str)> {
        Ok(self.said(of)?.unwrap_or((of_aws, AWS_DEFAULT)))
    }

    /// An option that the image decides too.
    fn of_image<T>(&self, of: impl Fn(&Options) -> Option<T>, of_image: T, of_aws: T) -> Layer<(T, &'static str)> {
        if let Some(said) = self.said(of)? {
            return Ok(said);
        }
        match self.image.as_ref().map_err(|why| *why)?.as_deref() {
            None => Ok((of_aws, AWS_DEFAULT)),
            Some("v2.0") => Ok((of_image, IMAGE)),
            Some(_) => Err("image_unknown"),
        }
    }

    /// What the launch, its template or the account says. Whoever was not read might have said it.
    fn said<T>(&self, of: impl Fn(&Options) -> Option<T>) -> Layer<Option<(T, &'static str)>> {
        for launch in self.launches.as_ref().map_err(|why| *why)? {
            if let Some(value) = of(&launch.options) {
                return Ok(Some((value, launch.by)));
            }
        }
        let defaults = self.defaults.as_ref().map_err(|why| *why)?;
        Ok(of(&defaults.options).map(|value| (value, defaults.name())))
    }

    fn is_refused(&self, is_imdsv1_asked: Option<bool>) -> Option<bool> {
        match (is_imdsv1_asked, &self.defaults) {
            (Some(false), _) => Some(false),
            (_, Ok(defaults)) if !defaults.is_enforced => Some(false),
            (Some(true), Ok(_)) => Some(true),
            (_, Err(_)) | (None, _) => None,
        }
    }
}

fn decided<T>(answer: Layer<(T, &'static str)>, unread: &mut BTreeSet<&'static str>) -> Decided<T> {
    match answer {
        Ok((value, by)) => Decided { value: Some(value), by: Some(by) },
        Err(why) => {
            unread.insert(why);
            Decided { value: None, by: None }
        }
    }
}

#[cfg(test)]
mod tests;
