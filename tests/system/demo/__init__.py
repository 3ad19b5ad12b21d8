"""A site where one thing breaks: who sees it first, the daemon that watches or the people who use it?"""
