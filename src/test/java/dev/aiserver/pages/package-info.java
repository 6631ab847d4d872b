/** The pages: what they name exists, what they show runs, and the generated references are current. */
@NullMarked
package dev.aiserver.pages;

import org.jspecify.annotations.NullMarked;
