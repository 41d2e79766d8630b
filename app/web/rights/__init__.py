"""Who may do what: the matrix of roles, who holds a permission, what a person may do."""
