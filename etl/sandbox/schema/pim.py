"""The entities of the PIM module; `tables` tells how to read them."""

from __future__ import annotations

PIM = r"""
# Product Hierarchy owned attributes classification
name varchar required multilang
description text multilang
longDescription wysiwyg multilang
children many>Product via=ProductHierarchy:parentId:entityId
parents many>Product via=ProductHierarchy:entityId:parentId
parent link>Product notstored
image file>File readonly
number varchar index
price float measure=currency
priceUnit link>Unit measure=currency of=price
isActive bool notnull
quantity float default="0"
productGroup link>ProductGroup
customsNumber varchar
countryOfOrigin link>Country
defaultSupplier link>Account
mpn varchar index
note text
brand link>Brand
productStatus enum required options=draft|prepared|reviewed|notReady|ready default="draft"
ean varchar index pattern=/^(\d{8}|\d{12,14})$/
rrp float measure=currency default="0"
rrpUnit link>Unit measure=currency of=rrp
tag multiEnum default=[]
mainImage file>File notstored
files many>File via=ProductFile
data jsonObject
channels many>Channel via=ProductChannel
variantSpecificAttributes many>Attribute via=VariantSpecificProductAttribute
categories many>Category via=ProductCategory
isInheritAssignedUser bool
isInheritOwnerUser bool
isInheritTeams bool
taskStatus multiEnum options=mar|tech|ass|img|cat|ch|pr default=[]
attributesDefs jsonObject notstored
productAttributeValues many>ProductAttributeValue foreign=product
associatedItemRelations many>AssociatedProduct foreign=associatingItem
associatingItemRelations many>AssociatedProduct foreign=associatedItem
associatedItems many>Product via=AssociatedProduct:associatingItemId:associatedItemId
associatingItems many>Product via=AssociatedProduct:associatedItemId:associatingItemId
classifications many>Classification via=ProductClassification
productFiles many>ProductFile foreign=product
productChannels many>ProductChannel foreign=product
productCategories many>ProductCategory foreign=product

# Brand Base
name varchar required multilang
description text multilang
files many>File via=BrandFile
products many>Product foreign=brand
code varchar unique
isActive bool

# Category Hierarchy owned
name varchar required multilang
description text multilang
code varchar unique
mainImage file>File notstored
files many>File via=CategoryFile
isActive bool notnull
childrenCount int notstored
categoryRoute text
categoryRouteName text
products many>Product via=ProductCategory
channels many>Channel via=CategoryChannel
children many>Category via=CategoryHierarchy:parentId:entityId
parents many>Category via=CategoryHierarchy:entityId:parentId
parent link>Category notstored

# Classification Base owned
name varchar multilang
description text multilang
release varchar
synonyms array multilang
code varchar
entity link>Entity required
classificationAttributes many>ClassificationAttribute foreign=classification
type enum required options=general default="general"
channel link>Channel
isActive bool
products many>Product via=ProductClassification
! release code

# ClassificationAttribute Base owned
classification link>Classification required
attribute link>Attribute required
isRequired bool
isReadOnly bool
isProtected bool
isInherited bool readonly notstored
attributeGroupId varchar notstored
attributeNotNull bool notstored
attributeIsMultilang bool notstored
attributeGroupName varchar notstored
sortOrder int
value text
attributeType varchar notstored
attributeEntityId varchar notstored
min float
max float
maxLength int
countBytesInsteadOfCharacters bool notstored
enableConditionalRequired bool
enableConditionalReadOnly bool
enableConditionalProtected bool
enableConditionalVisible bool
enableConditionalDisableOptions bool
data jsonObject notstored
! classificationId attributeId

# Channel Base
name varchar required multilang
description text multilang
locales multiLanguage
code varchar unique
products many>Product via=ProductChannel
attributes many>Attribute foreign=channel
categories many>Category via=CategoryChannel
classifications many>Classification foreign=channel
isActive bool

# Association Base owned
name varchar required multilang
entity link>Entity required
default bool
code varchar unique
description text multilang
isActive bool notnull
reverseAssociation link>Association

# AssociatedProduct Relation
associatingItem link>Product required
associatedItem link>Product required
amount int min=1
association link>Association required
associatedItems many>Product notstored
reverseAssociatedProduct link>AssociatedProduct readonly
associateEverything bool notstored
sorting int
! associationId associatingItemId associatedItemId

# ProductAttributeValue Base plain
product link>Product required
attribute link>Attribute required
boolValue bool
dateValue date
datetimeValue datetime
intValue int
intValue1 int
floatValue float
floatValue1 float
varcharValue varchar multilang
textValue text multilang
referenceValue varchar max=50
jsonValue jsonObject
! productId attributeId

# ProductCategory Relation
product link>Product required
category link>Category required
sorting int
mainCategory bool
! productId categoryId

# ProductClassification Relation
classification link>Classification required
product link>Product required
! classificationId productId

# ProductChannel Relation
product link>Product required
channel link>Channel required
isActive bool
! productId channelId

# ProductFile Relation
file link>File required
product link>Product required
isMainImage bool
sorting int
tags array
! productId fileId

# CategoryFile Relation
file link>File required
category link>Category required
isMainImage bool
sorting int
tags array
! fileId categoryId

# BrandFile Relation
brand link>Brand required
file link>File required
! brandId fileId

# ProductHierarchy Relation
parent link>Product required
entity link>Product required
mainChild bool
hierarchySortOrder int
! parentId entityId

# CategoryHierarchy Relation
parent link>Category required
entity link>Category required
hierarchySortOrder int
! parentId entityId

# CategoryChannel Relation
category link>Category required
channel link>Channel required
! categoryId channelId

# VariantSpecificProductAttribute Relation
product link>Product required
attribute link>Attribute required
! productId attributeId

# ProductGroup Base
name varchar required
description text
code varchar unique index
products many>Product foreign=productGroup
"""
