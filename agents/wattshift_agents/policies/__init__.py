"""Networks of ours: a policy that treats all sites, modules and links alike."""
